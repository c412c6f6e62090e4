package press

import (
	"context"
	"net"
)

// Line is a listener whose connections are pipes, and the way to it. A server on it and its clients can live in a bubble of
// synctest, where waiting takes no time and a slow machine is none.
type Line chan net.Conn

// Accept waits for who dials.
func (l Line) Accept() (net.Conn, error) {
	conn, open := <-l
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

// Close ends listening.
func (l Line) Close() error { close(l); return nil }

// Addr is nowhere.
func (l Line) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// Dial reaches the server under any name.
func (l Line) Dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	l <- server
	return client, nil
}
