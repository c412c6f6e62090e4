package web

import (
	"context"
	"net/http"
)

// reload answers POST /-/reload: with all faults where there are any, and the old configuration then stays.
func reload(do func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if do == nil {
			answer(w, http.StatusForbidden, "Reloading over HTTP is off; start with --web.enable-lifecycle, or send SIGHUP.\n")
			return
		}
		if err := do(r.Context()); err != nil {
			answer(w, http.StatusInternalServerError, err.Error()+"\nThe configuration stays as it was.\n")
			return
		}
		answer(w, http.StatusOK, "The configuration is in use.\n")
	}
}

// configuration answers GET /config with what is in force.
func configuration(show func() ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		text, err := show()
		if err != nil {
			answer(w, http.StatusInternalServerError, err.Error()+"\n")
			return
		}
		answer(w, http.StatusOK, string(text))
	}
}
