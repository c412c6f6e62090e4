package config

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// What is shown is what is in force: read again it gives the same, but for the secrets, which it hides.
func TestShow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "monitor.yaml")
	own := "store: {url: \"postgres://me:sesame@db/monitor\"}\nfeeds_files: []\nfeeds:\n" +
		"  - {slug: ours, url: \"https://me:sesame@desk.example/feed\", headers: {X-Key: sesame}, auth: {token: sesame}, interval: 10m}\n" +
		"  - {slug: proxied, url: \"https://b.example/feed?token=sesame\", proxy: \"http://me:sesame@proxy.example:3128\", auth: {user: me, password: sesame}}\n" +
		"  - {slug: filed, url: \"https://c.example/feed\", auth: {user: me, password_file: secret.txt}}\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "secret.txt"), []byte("sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := c.Show()
	if err != nil {
		t.Fatal(err)
	}
	if basic := base64.StdEncoding.EncodeToString([]byte("me:sesame")); strings.Contains(string(shown), "sesame") || strings.Contains(string(shown), basic) || !strings.Contains(string(shown), "X-Key: "+hidden) {
		t.Errorf("a secret is not hidden:\n%s", shown)
	}
	if err := os.WriteFile(path, append(shown, "feeds_files: []\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Load(path)
	if err != nil {
		t.Fatalf("what is shown cannot be read: %v\n%s", err, shown)
	}
	if !reflect.DeepEqual(again.Index, c.Index) || !reflect.DeepEqual(again.Retention, c.Retention) || !reflect.DeepEqual(again.Fetch, c.Fetch) || again.Feeds[0].Interval != c.Feeds[0].Interval {
		t.Errorf("read again it is %+v, was %+v", again, c)
	}
}
