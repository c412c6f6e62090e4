package store

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"modernc.org/sqlite"
)

// connect opens a pool of connections to a SQLite file that keep their statements. To read the text of a statement and to
// plan it costs more than to run it, and we run few different ones, a thousand times each; so does the job queue, which
// has no other way to say so.
func connect(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c}), nil
}

// connector makes connections that keep their statements.
type connector struct{ driver.Connector }

// Connect opens a connection.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	plain, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{sqliteConn: plain.(sqliteConn), ready: make(map[string]driver.Stmt)}, nil
}

// sqliteConn is all that database/sql can use of a connection of SQLite's driver.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// mostReady is how many statements a connection keeps: more than we and the job queue have.
const mostReady = 100

// conn is a connection with the statements that are ready to run, by their text. One that runs is not among them, so that
// the same text may be run while the rows of its first run are still being read.
type conn struct {
	sqliteConn
	ready map[string]driver.Stmt
}

// ExecContext runs a statement that gives no rows.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	defer c.put(text, s)
	return s.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext runs a statement that gives rows.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		c.put(text, s)
		return nil, err
	}
	return &keptRows{rows, func() { c.put(text, s) }}, nil
}

// take gives a statement that nobody else runs.
func (c *conn) take(ctx context.Context, text string) (driver.Stmt, error) {
	if s := c.ready[text]; s != nil {
		delete(c.ready, text)
		return s, nil
	}
	return c.sqliteConn.PrepareContext(ctx, text)
}

// put keeps a statement for the next time. Where there is no room for it, any other goes; one that is used often comes
// back. Closing repeats the error of a statement's last run, which has been told.
func (c *conn) put(text string, s driver.Stmt) {
	for other, old := range c.ready {
		if len(c.ready) < mostReady {
			break
		}
		old.Close()
		delete(c.ready, other)
	}
	if c.ready[text] != nil {
		s.Close()
		return
	}
	c.ready[text] = s
}

// Close closes the connection and what it keeps.
func (c *conn) Close() error {
	for _, s := range c.ready {
		s.Close()
	}
	return c.sqliteConn.Close()
}

// Unwrap is the connection of SQLite's driver.
func (c *conn) Unwrap() driver.Conn { return c.sqliteConn }

// keptRows are rows that give their statement back.
type keptRows struct {
	driver.Rows
	done func()
}

// Close ends reading.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	if r.done != nil {
		r.done()
		r.done = nil
	}
	return err
}
