package press

import (
	"context"
	"net"
)

// Line is a listener whose connections are pipes, and the way to it. A server on it and its clients can live in a bubble of
// synctest, where waiting takes no time and a slow machine is none.
type Line struct {
	conns  chan net.Conn
	closed chan struct{}
}

// NewLine makes a line that listens.
func NewLine() Line { return Line{make(chan net.Conn), make(chan struct{})} }

// Accept waits for who dials.
func (l Line) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends listening, also for who is dialling: a client dials on though its request took another connection.
func (l Line) Close() error { close(l.closed); return nil }

// Addr is nowhere.
func (l Line) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// Dial reaches the server under any name.
func (l Line) Dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
