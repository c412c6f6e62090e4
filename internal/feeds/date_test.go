package feeds

import (
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	morning := "2026-11-25T06:00:00Z"
	for in, want := range map[string]string{
		"Wed, 25 Nov 2026 10:00:00 +0400":          morning,
		"Wed, 25 Nov 2026 10:00:00 AZT":            morning,
		"Wed, 25 Nov 2026 09:00:00 MSK":            morning,
		"Wed, 25 Nov 2026 09:30:00 IRST":           morning,
		"Wed, 25 Nov 2026 09:00:00 TRT":            morning,
		"Wed, 25 Nov 2026 10:00:00 GMT+4":          morning,
		"Wed, 25 Nov 2026 10:00:00 UTC+04:00":      morning,
		"Wed, 25 Nov 2026 06:00:00 GMT":            morning,
		"Wed, 25 Nov 2026 06:00:00 Z":              morning,
		"Wed, 25 Nov 2026 01:00:00 EST":            morning,
		"Wed, 25 Nov 2026 10:00:00 +0400 (AZT)":    morning,
		"Wed, 25 Nov 2026 10:00:00 +0400 GMT":      morning,
		"Wed, 25 Nov 2026 06:00":                   morning,
		"25 Nov 26 06:00 UT":                       morning,
		"Wednesday, 25-Nov-26 06:00:00 GMT":        morning,
		"Wed Nov 25 06:00:00 2026":                 morning,
		"Wed Nov 25 06:00:00 +0000 2026":           morning,
		"November 25, 2026 6:00 AM":                morning,
		"November 25, 2026, 6:00 a.m.":             morning,
		"Nov 24, 2026 6:00 PM":                     "2026-11-24T18:00:00Z",
		"2026-11-25T10:00:00+04:00":                morning,
		"2026-11-25T10:00+0400":                    morning,
		"2026-11-25T06:00:00.000Z":                 morning,
		"2026-11-25T06:00:00.250Z":                 "2026-11-25T06:00:00.25Z",
		"2026-11-25 10:00:00 +04":                  morning,
		"2026-11-25 06:00":                         morning,
		"2026/11/25 06:00:00":                      morning,
		"25.11.2026 06:00":                         morning,
		"25.11.2026, 10:00:00 AZT":                 morning,
		"10:00 25.11.2026 +0400":                   morning,
		"11/25/2026 6:00:00 AM":                    morning,
		"25/11/2026 - 06:00":                       morning,
		"2026-11-25":                               "2026-11-25T00:00:00Z",
		"24 Nov 2026 24:00:00 GMT":                 "2026-11-25T00:00:00Z",
		"25 ноября 2026, 09:00 MSK":                morning,
		"Ср, 25 ноя 2026 09:00:00 +0300":           morning,
		"1 мая 2026":                               "2026-05-01T00:00:00Z",
		"25 Kasım 2026 Çarşamba 09:00 TRT":         morning,
		"1 Ağustos 2026 12:00 +03:00":              "2026-08-01T09:00:00Z",
		"25 noyabr 2026, 10:00 AZT":                morning,
		"3 İyul 2026 10:00 +0400":                  "2026-07-03T06:00:00Z",
		"۱۴۰۵/۰۹/۰۴ ۰۹:۳۰ IRST":                    morning,
		"1405-09-04T09:30:00+03:30":                morning,
		"۴ آذر ۱۴۰۵ ۰۹:۳۰ IRST":                    morning,
		"1 فروردین 1404":                           "2025-03-21T00:00:00Z",
		"30 اسفند 1403":                            "2025-03-20T00:00:00Z",
		"1795586400":                               morning,
		"1795586400000":                            morning,
		"Thu, 01 Jan 1970 00:00:00 GMT":            "1970-01-01T00:00:00Z",
		"Wed, 25 Nov 2099 06:00:00 GMT":            "2099-11-25T06:00:00Z",
		"":                                         "",
		"yesterday":                                "",
		"25 Nov":                                   "",
		"10:00":                                    "",
		"2026-13-41":                               "",
		"99999999999999999999 Nov 2026":            "",
		"1 Nov 123456":                             "",
		"Wed, 25 Nov 2026 06:00:00 +99999999999 ?": morning,
	} {
		t.Run(in, func(t *testing.T) {
			got := ""
			if at := date(in, nil); !at.IsZero() {
				got = at.Format(time.RFC3339Nano)
			}
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
