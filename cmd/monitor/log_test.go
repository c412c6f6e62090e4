package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

// hostileWords would end the line, colour a terminal and forge a line of their own.
const hostileWords = "Calm\x1b[31m\n2026-03-08T12:00:00Z\terror\tthe store fails"

func TestLogFormats(t *testing.T) {
	for _, format := range []string{"console", "json"} {
		var b bytes.Buffer
		log, err := newLog(&b, "info", format)
		if err != nil {
			t.Fatal(err)
		}
		log.Debug("too much")
		log.Named("monitor").Info("event", zap.String("title", hostileWords), zap.Duration("took", time.Second), zap.Error(errors.New("none")))
		line := b.String()
		if strings.Count(line, "\n") != 1 || strings.Contains(line, "\x1b") || strings.Contains(line, "too much") {
			t.Errorf("%s: %q, want one line of plain text", format, line)
		}
		fields := line[strings.Index(line, "{"):]
		var said struct{ Level, Msg, Title, Took, Error string }
		if err := json.Unmarshal([]byte(fields), &said); err != nil || said.Title != hostileWords || said.Took != "1s" || said.Error != "none" {
			t.Errorf("%s: %+v, %v in %q", format, said, err, line)
		}
		if format == "json" && (said.Level != "info" || said.Msg != "event") || !strings.Contains(line, "event") {
			t.Errorf("%s: no level or message in %q", format, line)
		}
	}
}
