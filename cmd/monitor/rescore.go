package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"tensionmonitor/internal/monitor"
)

// unscoreBatch is how many articles are marked in one transaction.
const unscoreBatch = 2000

// runRescore scores stored articles anew.
func runRescore(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) (err error) {
	fs := newFlags("rescore", stderr, "", `Scores the stored articles anew that another lexicon scored. A daemon on the same store goes on meanwhile; with the
same lexicon in its configuration it takes it up when all is done. Ended at any moment, it goes on where it was.`)
	configFile := fs.String("config.file", "", configUsage)
	all := fs.Bool("all", false, "score all articles anew, those scored by the same lexicon too")
	if err := fs.Parse(args); err != nil {
		return usage(err)
	}
	c, lexicon, err := loadAll(*configFile)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for more := *all; more; {
		if more, err = s.Unscore(ctx, unscoreBatch); err != nil {
			return err
		}
	}
	bar, n := newProgress(stderr, "scoring articles"), int64(0)
	err = monitor.Rescore(ctx, s, lexicon, func(done, all int64) { n = done; bar.at(done, all) })
	bar.end()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d articles scored anew; all are scored by lexicon %s (%s)\n", n, lexicon.Version(), lexicon.Hash())
	return err
}
