// Command monitor watches news feeds and serves an index of tension between pairs of countries.
// Here are the flags, the sub-commands, and the wiring of the rooms; what news means is in the rooms.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones of feeds, where the system has none, as in an image of nothing but this program

	_ "golang.org/x/crypto/x509roots/fallback" // likewise certificates
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

// command is a sub-command: its arguments, and where it reads and writes.
type command func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error

var commands = map[string]command{"run": runDaemon, "check": runCheck, "score": runScore, "eval": runEval,
	"replay": runReplay, "stories": runStories, "rescore": runRescore, "feeds": runFeeds, "health": runHealth}

const overview = `Usage: monitor [COMMAND] [FLAGS]

  run      polls the feeds and serves the index (the default)
  check    reads configuration, feeds and lexicon and prints every fault
  score    says what a text says
  eval     compares what labelled texts say with what the lexicon makes of them
  feeds    says how each feed does, what ails it and what to do
  stories  says what moves the index: points, voices, words, links
  replay   writes the index over time, from stored articles or an archive
  rescore  scores stored articles anew after a change of the lexicon
  health   asks a running daemon whether it is healthy

monitor COMMAND --help shows the flags of a command.
`

// errUsage is a mistake in the arguments that has been explained already.
var errUsage = errors.New("usage")

// run is the whole program. It returns when the sub-command is done, or ctx ends.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	name := "run"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	} else if len(args) > 0 && isHelp(args[0]) {
		_, err := io.WriteString(stdout, overview)
		return err
	}
	do, ok := commands[name]
	if !ok {
		fmt.Fprintf(stderr, "monitor: there is no command %q\n\n%s", name, overview)
		return errUsage
	}
	return do(ctx, args, stdin, stdout, stderr)
}

func isHelp(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }

// exitCode is the process's answer: 0, 1 for a failure, 2 for a mistake in the arguments.
func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintf(stderr, "monitor: %v\n", err)
	return 1
}

const configUsage = "configuration `file`; without one the built-in defaults are used"

// newFlags makes the flags of a sub-command; its usage shows them with two hyphens.
func newFlags(name string, stderr io.Writer, args, about string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(stderr, "Usage: monitor %s [FLAGS] %s\n\n%s\n\n", name, args, about)
		fs.VisitAll(func(f *flag.Flag) {
			value, text := flag.UnquoteUsage(f)
			fmt.Fprintf(stderr, "  --%s %s\n        %s", f.Name, value, text)
			if f.DefValue != "" && f.DefValue != "false" {
				fmt.Fprintf(stderr, " (default %s)", f.DefValue)
			}
			fmt.Fprintln(stderr)
		})
	}
	return fs
}

// usage marks an error of flag.FlagSet.Parse, which has explained it to the user.
func usage(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	return errUsage
}
