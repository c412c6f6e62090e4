// Package store keeps what the monitor knows on disk: articles, the names they were seen under, the events
// found in them, the visits to feeds and how much could be seen. It owns the SQL and the schema, the job
// queue's included. It knows nothing of HTTP, feeds, metrics or the formula.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is an open store. It is safe for concurrent use.
type Store struct {
	write *sql.DB // one connection: SQLite has one writer, and waiting here is cheaper than SQLITE_BUSY
	read  *sql.DB // read-only connections on the same file; a reader never waits for the writer
	path  string
	looks looks
}

// readers is how many connections read at once. Each has a cache of its own, so there are few, with caches of half a
// megabyte: what they leave out the system has at hand. All of them stay open, since one that is opened reads the whole
// schema first.
const readers = 4

// Open opens the store at a URL ("sqlite:monitor.db"), creates it where there is none and brings its schema
// up to date. It fails on a file that is no database, one of a newer program, and a folder that cannot be written.
func Open(ctx context.Context, storeURL string) (*Store, error) {
	path, err := Path(storeURL)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("opening store %q: %w", path, err)
	}
	return s, nil
}

// Path is the file a store's URL means; the error says which URLs there are.
func Path(storeURL string) (string, error) {
	path, ok := strings.CutPrefix(storeURL, "sqlite:")
	path = strings.TrimPrefix(path, "//")
	if !ok || path == "" || path == ":memory:" {
		return "", fmt.Errorf("store.url %q: want sqlite:FILE", storeURL)
	}
	return path, nil
}

func open(ctx context.Context, path string) (_ *Store, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := touch(path); err != nil {
		return nil, err
	}
	s := &Store{path: path}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.write, err = connect(dsn(path, "rwc", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "temp_store(MEMORY)")); err != nil {
		return nil, err
	}
	s.write.SetMaxOpenConns(1)
	if err := migrate(ctx, s.write); err != nil {
		return nil, err
	}
	if s.read, err = connect(dsn(path, "ro", "query_only(1)", "cache_size(-512)")); err != nil {
		return nil, err
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return s, nil
}

// touch creates the file where there is none: the system says better than SQLite why it cannot.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn names a SQLite file. The pragmas are part of the name because each connection of a pool needs them;
// run as a statement they would reach one. busy_timeout comes first: the others may have to wait.
func dsn(path, mode string, pragmas ...string) string {
	q := url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_pragma": append([]string{"busy_timeout(10000)"}, pragmas...)}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

// migrate brings the schema up to date, ours first, then the job queue's.
func migrate(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, known, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > known {
		return fmt.Errorf("its schema is version %d, this program knows %d: a newer one wrote it", have, known)
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	return migrateJobs(ctx, db)
}

func migrateJobs(ctx context.Context, db *sql.DB) error {
	m, err := rivermigrate.New(riversqlite.New(db), &rivermigrate.Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// Close closes the store; what was committed is on disk.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Location is where the store is, for people: an absolute path.
func (s *Store) Location() string { return s.path }

// Jobs is the database the job queue works on: the writing connection, so that its writes and ours queue up
// instead of colliding.
func (s *Store) Jobs() *sql.DB { return s.write }

// TakeOver gives back what a process that died held of the job queue: its running jobs are available at once
// and it leads no longer. Right for a database of one process, before its queue starts.
func (s *Store) TakeOver(ctx context.Context) (jobs int64, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available', attempt = attempt - 1 WHERE state = 'running' AND attempt > 0`)
		if err != nil {
			return err
		}
		if jobs, err = res.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM river_leader`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("taking over jobs: %w", err)
	}
	return jobs, nil
}

// Hasten makes jobs that are due within the given time ready to run then. The job queue does so by itself, but only once
// it leads and only every few seconds, which is long after a start.
func (s *Store) Hasten(ctx context.Context, within time.Duration) error {
	_, err := s.write.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'scheduled' AND scheduled_at <= datetime('now', 'subsec', ?)`,
		fmt.Sprintf("+%.3f seconds", within.Seconds()))
	if err != nil {
		return fmt.Errorf("hastening jobs: %w", err)
	}
	return nil
}

func (s *Store) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing; after a panic it lets go of the one connection there is
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// micros is a time as it is stored: nil for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func fromMicros(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.Int64).UTC()
}
