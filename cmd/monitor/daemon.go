package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.yaml.in/yaml/v3"

	"tensionmonitor/config"
	"tensionmonitor/internal/score"
	"tensionmonitor/internal/store"
)

// daemonFlags are the flags of monitor run.
type daemonFlags struct {
	config, webConfig   string
	logLevel, logFormat string
	addresses           addresses
	systemd, lifecycle  bool
}

// addresses is a flag that can be given more than once.
type addresses []string

func (a *addresses) String() string     { return strings.Join(*a, ",") }
func (a *addresses) Set(s string) error { *a = append(*a, s); return nil }

func parseDaemonFlags(args []string, stderr io.Writer) (f daemonFlags, err error) {
	fs := newFlags("run", stderr, "", "Polls the feeds and serves the index.")
	fs.StringVar(&f.config, "config.file", "", configUsage)
	fs.Var(&f.addresses, "web.listen-address", "`address` to listen on, such as 127.0.0.1:10061; may be repeated (default :10061)")
	fs.StringVar(&f.webConfig, "web.config.file", "", "`file` with TLS and basic authentication, as Prometheus exporters have it")
	fs.BoolVar(&f.systemd, "web.systemd-socket", false, "listen on the sockets systemd hands over, in place of addresses")
	fs.BoolVar(&f.lifecycle, "web.enable-lifecycle", false, "let POST /-/reload read the configuration anew; SIGHUP always does")
	fs.StringVar(&f.logLevel, "log.level", "info", "debug, info, warn or error")
	fs.StringVar(&f.logFormat, "log.format", "console", "console or json")
	if err := fs.Parse(args); err != nil {
		return f, usage(err)
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(stderr, "monitor run: %q is one argument too many\n", fs.Arg(0))
		return f, errUsage
	}
	if len(f.addresses) == 0 {
		f.addresses = addresses{":10061"}
	}
	return f, nil
}

// runDaemon serves until ctx ends, then stops what it started and returns.
func runDaemon(ctx context.Context, args []string, _ io.Reader, _, stderr io.Writer) error {
	f, err := parseDaemonFlags(args, stderr)
	if err != nil {
		return err
	}
	log, err := newLog(stderr, f.logLevel, f.logFormat)
	if err != nil {
		return err
	}
	c, err := config.Load(f.config)
	if err != nil {
		return faults(err)
	}
	lexicon, err := compile(c)
	if err != nil {
		return faults(err)
	}
	if err := toolkit.Validate(f.webConfig); err != nil {
		return fmt.Errorf("--web.config.file %q: %w", f.webConfig, err)
	}
	// Listen before anything is started or written: a port in use is an error of the start.
	listeners, err := listen(ctx, f)
	if err != nil {
		return err
	}
	defer closeAll(listeners)
	s, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	welcome(log, scheme(f.webConfig), listeners, s, c, lexicon)
	d := &daemon{flags: f, store: s, storeURL: c.StoreURL, log: log, accepted: make(chan settings)}
	err = d.serve(ctx, settings{c, lexicon}, listeners)
	log.Info("stopped", zap.Error(err))
	return errors.Join(err, s.Close())
}

func newLog(w io.Writer, level, format string) (*zap.Logger, error) {
	l, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("--log.level: %w", err)
	}
	c := zap.NewProductionEncoderConfig()
	c.EncodeTime = zapcore.ISO8601TimeEncoder
	c.EncodeDuration = zapcore.StringDurationEncoder
	var enc zapcore.Encoder
	switch format {
	case "console":
		enc = zapcore.NewConsoleEncoder(c)
	case "json":
		enc = zapcore.NewJSONEncoder(c)
	default:
		return nil, fmt.Errorf("--log.format: %q, want console or json", format)
	}
	return zap.New(zapcore.NewCore(enc, zapcore.Lock(zapcore.AddSync(w)), l)), nil
}

func listen(ctx context.Context, f daemonFlags) (listeners []net.Listener, err error) {
	if f.systemd {
		if listeners, err = activation.Listeners(); err == nil && len(listeners) == 0 {
			err = errors.New("systemd hands over no socket")
		}
		if err != nil {
			return nil, fmt.Errorf("--web.systemd-socket: %w", err)
		}
		return listeners, nil
	}
	var lc net.ListenConfig
	for _, address := range f.addresses {
		l, err := lc.Listen(ctx, "tcp", address)
		if err != nil {
			closeAll(listeners)
			return nil, fmt.Errorf("--web.listen-address %q: %w", address, err)
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

// closeAll closes listeners; those a server has closed already stay closed.
func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		_ = l.Close()
	}
}

// welcome says in the first lines where to look.
func welcome(log *zap.Logger, scheme string, listeners []net.Listener, s *store.Store, c config.Config, lexicon *score.Lexicon) {
	for _, l := range listeners {
		log.Info("look at "+browserAddress(scheme, l), zap.String("address", l.Addr().String()))
	}
	log.Info("what is known is kept in "+s.Location(), zap.Int("feeds", countEnabled(c.Feeds)), zap.Strings("pairs", c.Pairs),
		zap.String("lexicon", lexicon.Version()), zap.String("hash", lexicon.Hash()))
}

// scheme is what a browser has to ask by: a web configuration that could be read may ask for TLS.
func scheme(webConfig string) string {
	var c struct {
		TLS *yaml.Node `yaml:"tls_server_config"`
	}
	text, err := os.ReadFile(webConfig)
	if err != nil || yaml.Unmarshal(text, &c) != nil || c.TLS == nil {
		return "http"
	}
	return "https"
}

// browserAddress is a listener's address as a browser on this machine takes it.
func browserAddress(scheme string, l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); err != nil || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port) + "/"
}

// newRegistry has what is known of the process before anything runs. Sound says whether what was read last of what
// can change while the process runs is in use; a process whose other configuration has faults does not get here.
func newRegistry(sound func() bool) *prometheus.Registry {
	metrics := prometheus.NewRegistry()
	reloaded := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tension_config_last_reload_successful",
		Help: "1 if the configuration that was read last is the one in use."}, func() float64 {
		if sound() {
			return 1
		}
		return 0
	})
	metrics.MustRegister(reloaded, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("tension"))
	return metrics
}
