package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// runHealth asks a running daemon whether it is healthy: a container without a shell has nothing else to ask with.
func runHealth(ctx context.Context, args []string, _ io.Reader, _, stderr io.Writer) error {
	fs := newFlags("health", stderr, "", "Asks a running daemon whether it is healthy; exit 1 if it is not.")
	url := fs.String("url", "http://localhost:10061/-/healthy", "what to ask, an `address` of the daemon")
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, *url, nil)
	if err != nil {
		return fmt.Errorf("--url: %w", err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("asking %q: status %d, want 200", *url, answer.StatusCode)
	}
	return nil
}
