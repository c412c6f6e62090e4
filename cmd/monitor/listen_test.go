package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

// certificate writes a certificate for this machine with its key, and gives who trusts it.
func certificate(t *testing.T, certFile, keyFile string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	trust := x509.NewCertPool()
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		text := pem.EncodeToMemory(block)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		trust.AppendCertsFromPEM(text)
	}
	return trust
}

// The hash is bcrypt's of "sesame", as htpasswd writes it.
const webConfig = `tls_server_config: {cert_file: cert.pem, key_file: key.pem, min_version: TLS13}
basic_auth_users: {reader: "$2b$04$abcdefghijklmnopqrstuuinwY/tkBVrn3xrxQI/TgnMHhkvl85RW"}
`

func TestTLSAndPasswords(t *testing.T) {
	t.Parallel()
	args, _ := newNewspaper(t, 0).configure(t, 1)
	dir := t.TempDir()
	trust := certificate(t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	file := filepath.Join(dir, "web.yml")
	if err := os.WriteFile(file, []byte(webConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	log, w := io.Pipe()
	stop := startIn(t, append(args, "--web.config.file", file), w)
	defer stop()
	line := listeningAt(t, log, 1)[0]
	plain, says := "http://"+line.Address, line.Msg
	url := strings.Replace(plain, "http:", "https:", 1)
	if !strings.HasSuffix(says, " "+url+"/") {
		t.Errorf("it says %q, and listens at %s", says, url)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}}, Timeout: patience}
	defer client.CloseIdleConnections()
	for _, tt := range []struct {
		user, password string
		status         int
	}{{"reader", "sesame", 200}, {"reader", "open", 401}, {"writer", "sesame", 401}, {"", "", 401}} {
		for _, path := range []string{"/metrics", "/polls", "/-/healthy"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.user != "" {
				r.SetBasicAuth(tt.user, tt.password)
			}
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != tt.status || resp.TLS == nil || resp.TLS.Version < tls.VersionTLS13 {
				t.Errorf("%s as %q with %q: %s, want %d by TLS 1.3", path, tt.user, tt.password, resp.Status, tt.status)
			}
			if tt.status != http.StatusOK && bytes.Contains(body, []byte("tension_")) {
				t.Errorf("%s tells who may not know: %s", path, body)
			}
		}
	}
	if _, _, err := call(t, "", "health", "--url", url+"/-/healthy"); err != nil {
		t.Errorf("its health is not seen: %v", err)
	}
	if _, _, err := call(t, "", "health", "--url", plain+"/-/healthy"); err == nil || !strings.Contains(err.Error(), "https://") {
		t.Errorf("asked without TLS: %v", err)
	}
	if resp, err := http.Get(plain + "/metrics"); err == nil {
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			t.Error("it answers without TLS too")
		}
	}
	if _, err := http.Get(url + "/metrics"); err == nil {
		t.Error("a certificate nobody vouches for is taken")
	}
}

// listens is a line of a daemon's log that says where it listens.
type listens struct{ Address, Msg string }

// listeningAt reads n such lines, and the rest behind the test's back.
func listeningAt(t *testing.T, log io.Reader, n int) (all []listens) {
	t.Helper()
	found := make(chan listens, n)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			var line listens
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Address != "" {
				found <- line
			}
		}
	}()
	for range n {
		select {
		case line := <-found:
			all = append(all, line)
		case <-time.After(patience):
			t.Fatalf("the daemon listens at %v alone, want %d addresses", all, n)
		}
	}
	return all
}

// addressesIn are the first n addresses in a daemon's log.
func addressesIn(t *testing.T, log io.Reader, n int) (urls []string) {
	t.Helper()
	for _, line := range listeningAt(t, log, n) {
		urls = append(urls, "http://"+line.Address)
	}
	return urls
}

func TestSeveralAddresses(t *testing.T) {
	t.Parallel()
	args, _ := newNewspaper(t, 0).configure(t, 1)
	log, w := io.Pipe()
	stop := startIn(t, append(args, "--web.listen-address", "127.0.0.1:0"), w)
	defer stop()
	urls := addressesIn(t, log, 2)
	if urls[0] == urls[1] {
		t.Errorf("one address twice: %v", urls)
	}
	for _, url := range urls {
		if body := get(t, url+"/-/healthy"); !strings.Contains(body, "healthy") {
			t.Errorf("%s: %q", url, body)
		}
	}
}

// The daemon takes the sockets it is given, as systemd gives them: from descriptor 3 on, with their number and the process they
// are meant for in the environment.
func TestSocketsOfSystemd(t *testing.T) {
	t.Parallel()
	args, _ := newNewspaper(t, 0).configure(t, 1)
	args = append(args, "--web.systemd-socket")
	var files []*os.File
	var urls []string
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		urls = append(urls, "http://"+l.Addr().String())
		l.Close() // f is another descriptor of the same socket
		files = append(files, f)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=2 exec "$0"`, os.Args[0])
	cmd.Env = append(os.Environ(), asDaemon+"="+strings.Join(args, "\n"))
	cmd.ExtraFiles = files
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		f.Close()
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the daemon ended with %v", err)
		}
	}()
	if got := addressesIn(t, log, 2); strings.Join(got, " ") != strings.Join(urls, " ") {
		t.Errorf("it listens at %v, want the sockets at %v", got, urls)
	}
	for _, url := range urls {
		if body := get(t, url+"/-/healthy"); !strings.Contains(body, "healthy") {
			t.Errorf("%s: %q", url, body)
		}
	}
}

func TestNoSocketOfSystemd(t *testing.T) {
	args, db := newNewspaper(t, 0).configure(t, 1)
	err := run(t.Context(), append(args, "--web.systemd-socket"), strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "systemd hands over no socket") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(db); !os.IsNotExist(err) {
		t.Error("a store was made all the same")
	}
}

func TestTheServerWaitsForNobodyForEver(t *testing.T) {
	s := newServer(zap.NewNop(), nil)
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 {
		t.Errorf("a limit is missing: %+v", s)
	}
}
