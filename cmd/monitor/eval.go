package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"tensionmonitor/internal/score"
)

// runEval scores labelled texts and prints how well they were read.
func runEval(_ context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	fs := newFlags("eval", stderr, "[FILE…|-]", "Compares labelled texts (txtar or JSON Lines, see docs/scoring.md) with what the lexicon makes of them.")
	configFile := fs.String("config.file", "", configUsage)
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	lexicon, err := loadLexicon(*configFile)
	if err != nil {
		return err
	}
	var labels []score.Label
	for _, name := range files(fs) {
		l, err := readLabels(name, stdin)
		if err != nil {
			return err
		}
		labels = append(labels, l...)
	}
	if len(labels) == 0 {
		return fmt.Errorf("no labelled texts in %v", files(fs))
	}
	out := bufio.NewWriter(stdout)
	return errors.Join(score.Evaluate(lexicon, labels).Write(out), out.Flush())
}

func readLabels(name string, stdin io.Reader) ([]score.Label, error) {
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(stdin)
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, err
	}
	return score.ReadLabels(name, data)
}
