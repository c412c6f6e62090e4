package store

import (
	"context"
	"database/sql"
	"math/bits"
	"strings"
)

// A feed brings dozens of articles at once. Each statement costs by itself, however little it does, so many rows go by
// one. And since a connection keeps its statements, their texts must be few: there is one for each power of two.

// mostRows is how many rows one statement writes, or how many values it asks for: a power of two.
const mostRows = 64

// addition is a statement that adds rows; texts[i] adds 2^i.
type addition struct {
	columns int
	texts   [7]string
}

// newAddition makes the statement of its beginning and its end.
func newAddition(insert string, columns int, end string) (a addition) {
	a.columns = columns
	for i := range a.texts {
		rows := strings.Repeat("("+places(columns)+"), ", 1<<i)
		a.texts[i] = insert + " VALUES " + strings.TrimSuffix(rows, ", ") + " " + end
	}
	return a
}

// run adds rows, which values holds one after the other.
func (a *addition) run(ctx context.Context, tx *sql.Tx, values []any) error {
	for len(values) > 0 {
		power := bits.Len(uint(min(len(values)/a.columns, mostRows))) - 1
		n := a.columns << power
		if _, err := tx.ExecContext(ctx, a.texts[power], values[:n]...); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// question is a statement that asks for what has one of some values; texts[i] takes 2^i of them.
type question struct{ texts [7]string }

func newQuestion(before, after string) (q question) {
	for i := range q.texts {
		q.texts[i] = before + " IN (" + places(1<<i) + ") " + after
	}
	return q
}

// of is the statement for up to mostRows values. The last value is repeated up to a power of two, which changes no answer.
func (q *question) of(values []any) (text string, args []any) {
	power := bits.Len(uint(len(values) - 1))
	args = append(make([]any, 0, 1<<power), values...)
	for len(args) < 1<<power {
		args = append(args, values[len(values)-1])
	}
	return q.texts[power], args
}

// places are the places of n arguments. They have no numbers: SQLite takes these for names, and the driver asks for the
// name of each, which walks the list of all.
func places(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
