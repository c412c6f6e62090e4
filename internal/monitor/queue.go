package monitor

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"
	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"

	"tensionmonitor/internal/feeds"
)

const (
	workers     = 64               // looks at once; nearly all of their time is waiting for a server
	jobGrace    = 20 * time.Second // what a look may take beyond its fetch: waiting for the writer, storing
	rescueAfter = 2 * time.Minute  // a job running longer belongs to a process that died
	retryAfter  = time.Minute      // the next attempt at a look that could not be stored, or that panicked
	softStop    = 3 * time.Second  // looks in flight may finish for so long; then they go back
	hastened    = 10 * time.Second // looks due so soon after the start do not wait for the queue to find its feet
	bookEvery   = time.Minute      // how often feeds are compared with their jobs
	pruneFirst  = 10 * time.Minute // after the start, when there is less to do
	pruneEvery  = 6 * time.Hour
	allJobs     = 10_000 // River's limit to one list
)

// alive are the states in which a job will run some day. There is at most one job a feed in them.
var alive = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled}

// pollArgs is the job of a feed. It runs for as long as the feed is configured: each run is one look, and
// the job snoozes until the next.
type pollArgs struct {
	Feed string `json:"feed"`
}

// Kind is the job's name in the database.
func (pollArgs) Kind() string { return "poll" }

// InsertOpts make the job the only one of its feed.
func (pollArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: alive}}
}

// poller works poll jobs.
type poller struct {
	river.WorkerDefaults[pollArgs]
	m *Monitor
}

// Work looks at the feed if it is due, and snoozes. It never fails: a failed look is a visit like any other,
// and what could not be stored is tried again.
func (p *poller) Work(ctx context.Context, job *river.Job[pollArgs]) error {
	feed, ok := p.m.feeds[job.Args.Feed]
	if !ok {
		return river.JobCancel(fmt.Errorf("feed %q is not configured", job.Args.Feed))
	}
	next, err := p.m.look(ctx, feed)
	if ctx.Err() != nil { // stopping: the job goes back as it was
		return river.JobSnooze(0)
	}
	if err != nil {
		p.m.log.Error("a look is lost and will be repeated", zap.String("feed", feed.Slug), zap.Error(err))
		return river.JobSnooze(retryAfter)
	}
	return river.JobSnooze(max(time.Until(next), time.Second))
}

// Timeout is the most a job may take; the look itself ends well before.
func (p *poller) Timeout(*river.Job[pollArgs]) time.Duration { return p.m.lookTimeout + jobGrace }

// NextRetry comes after a panic; River's own waits grow to weeks.
func (p *poller) NextRetry(*river.Job[pollArgs]) time.Time { return time.Now().Add(retryAfter) }

// newQueue makes the job queue on the store. SQLite cannot notify, so the queue asks: twice a second, which
// costs less than a percent of a core.
func (m *Monitor) newQueue() (*river.Client[*sql.Tx], error) {
	pollers := river.NewWorkers()
	river.AddWorker(pollers, &poller{m: m})
	return river.NewClient(riversqlite.New(m.store.Jobs()), &river.Config{
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		Workers:              pollers,
		PollOnly:             true,
		FetchPollInterval:    500 * time.Millisecond,
		JobTimeout:           m.lookTimeout + jobGrace,
		RescueStuckJobsAfter: max(rescueAfter, m.lookTimeout+2*jobGrace),
		SoftStopTimeout:      softStop,
		Logger:               slog.New(zapslog.NewHandler(m.log.Named("jobs").WithOptions(zap.IncreaseLevel(zapcore.WarnLevel)).Core())),
	})
}

// book sees to it that each enabled feed has a job and no other feed has one. A feed's first look is spread
// over the first seconds by its name; a feed with a memory is booked for when it is due.
func (m *Monitor) book(ctx context.Context, queue *river.Client[*sql.Tx]) error {
	list, err := queue.JobList(ctx, river.NewJobListParams().Kinds(pollArgs{}.Kind()).States(alive...).First(allJobs))
	if err != nil {
		return fmt.Errorf("listing jobs: %w", err)
	}
	booked := make(map[string]bool)
	for _, job := range list.Jobs {
		var args pollArgs
		if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
			return fmt.Errorf("job %d: %w", job.ID, err)
		}
		if _, ok := m.feeds[args.Feed]; ok {
			booked[args.Feed] = true
		} else if _, err := queue.JobCancel(ctx, job.ID); err != nil {
			return fmt.Errorf("cancelling the job of %q: %w", args.Feed, err)
		}
	}
	return m.bookMissing(ctx, queue, booked)
}

func (m *Monitor) bookMissing(ctx context.Context, queue *river.Client[*sql.Tx], booked map[string]bool) error {
	var missing []river.InsertManyParams
	now := time.Now()
	for slug := range m.feeds {
		if booked[slug] {
			continue
		}
		at := now.Add(feeds.FirstLook(slug))
		if due := m.due(slug); due.After(at) {
			at = due
		}
		missing = append(missing, river.InsertManyParams{Args: pollArgs{Feed: slug}, InsertOpts: &river.InsertOpts{ScheduledAt: at}})
	}
	if len(missing) == 0 {
		return nil
	}
	if _, err := queue.InsertMany(ctx, missing); err != nil {
		return fmt.Errorf("booking %d feeds: %w", len(missing), err)
	}
	return nil
}
