package feeds

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// longestDate is the most bytes of a date that is read: twice what names of day, month and zone make of one in Persian.
const longestDate = 200

// date reads a date as feeds write it; the zero time where there is none to be read. It reads every order of day,
// month and year that is not ambiguous, month names in English, Russian, Turkish, Azerbaijani and of the Iranian
// calendar, zones by name and by offset, seconds and milliseconds since 1970, and 24:00. A date without a zone
// is taken as UTC. A general parser reads zone names it does not know as UTC, which puts an Azerbaijani article
// four hours into the future.
//
// With a zone, a date is of that zone if it names none or UTC: so do feeds whose clock is not where their template
// says. A feed whose UTC is right needs no zone.
func date(s string, zone *time.Location) time.Time {
	s = strings.TrimSpace(s)
	if len(s) > longestDate {
		return time.Time{}
	}
	if t, ok := epoch(s); ok {
		return t
	}
	if t, err := time.Parse(time.RFC1123Z, s); err == nil { // nearly all of RSS
		if _, offset := t.Zone(); offset == 0 {
			return shownIn(t, zone)
		}
		return t.UTC()
	}
	p := dateParts{rest: strings.Map(digit, s)}
	for p.rest != "" && !p.bad {
		p.take()
	}
	t := p.time()
	if p.offset != 0 || t.IsZero() {
		return t
	}
	return shownIn(t, zone)
}

// shownIn is the moment at which clocks of a zone show what t shows in UTC.
func shownIn(t time.Time, zone *time.Location) time.Time {
	t = t.UTC()
	if zone == nil {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone).UTC()
}

// epoch reads a count since 1970: ten digits are seconds, thirteen are milliseconds.
func epoch(s string) (time.Time, bool) {
	if len(s) != 10 && len(s) != 13 {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		return time.Time{}, false
	case len(s) == 10:
		return time.Unix(n, 0).UTC(), true
	}
	return time.UnixMilli(n).UTC(), true
}

// digit writes Persian and Arabic digits as ours.
func digit(r rune) rune {
	switch {
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	}
	return r
}

// dateParts is a date that is being read.
type dateParts struct {
	rest                    string
	year, month, day        int
	hour, minute, sec, nano int
	offset                  int  // seconds east of UTC
	zoned                   bool // the offset was given as a number, which no name corrects
	iranian                 bool
	clock                   bool // the time of day was read
	pm, am                  bool
	bad                     bool // it is no date
}

// take reads one piece: a number or a group of them, a word, an offset.
func (p *dateParts) take() {
	r, size := utf8.DecodeRuneInString(p.rest)
	switch {
	case r >= '0' && r <= '9':
		p.number()
	case unicode.IsLetter(r):
		n := strings.IndexFunc(p.rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
		if n < 0 {
			n = len(p.rest)
		}
		word := p.rest[:n]
		p.rest = p.rest[n:]
		p.word(word)
	case r == '(': // a remark, usually the zone's name beside its offset
		_, p.rest, _ = strings.Cut(p.rest, ")")
	case (r == '+' || r == '-') && p.clock:
		p.zone()
	default:
		p.rest = p.rest[size:]
	}
}

// digits reads a number and how many digits it has.
func (p *dateParts) digits() (n, count int) {
	for count < len(p.rest) && p.rest[count] >= '0' && p.rest[count] <= '9' {
		count++
	}
	n, err := strconv.Atoi(p.rest[:count])
	p.bad = p.bad || err != nil && count > 0
	p.rest = p.rest[count:]
	return n, count
}

// skip reads one of the characters, if it comes next and a digit follows.
func (p *dateParts) skip(chars string) bool {
	if len(p.rest) < 2 || !strings.ContainsRune(chars, rune(p.rest[0])) || p.rest[1] < '0' || p.rest[1] > '9' {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// number reads what begins with a digit: a time of day, a date in figures, a day or a year.
func (p *dateParts) number() {
	n, count := p.digits()
	switch {
	case !p.clock && p.skip(":"):
		p.timeOfDay(n)
	case p.year == 0 && p.day == 0 && p.skip("-/."):
		p.figures(n, count)
	case count == 4 && p.year == 0:
		p.year = n
	case p.day == 0 && count <= 2:
		p.day = n
	case p.year == 0 && count == 2:
		p.year = century(n)
	}
}

func (p *dateParts) timeOfDay(hour int) {
	p.clock, p.hour = true, hour
	p.minute, _ = p.digits()
	if p.skip(":") {
		p.sec, _ = p.digits()
	}
	if p.skip(".,") {
		n, count := p.digits()
		for ; count < 9; count++ {
			n *= 10
		}
		if count == 9 {
			p.nano = n
		}
	}
}

// figures reads a date in figures after its first number: year first, or day first, or month first where the
// second number can be no month.
func (p *dateParts) figures(n, count int) {
	second, _ := p.digits()
	p.skip("-/.")
	third, width := p.digits()
	switch {
	case count == 4:
		p.year, p.month, p.day = n, second, third
	case second > 12:
		p.month, p.day, p.year = n, second, third
	default:
		p.day, p.month, p.year = n, second, third
	}
	if count != 4 && width == 2 {
		p.year = century(p.year)
	}
}

// century completes a year of two digits, as RFC 2822 does.
func century(year int) int {
	if year < 50 {
		return 2000 + year
	}
	return 1900 + year
}

// word reads a month, a zone, or half of the day. Any other word is a weekday or says nothing.
func (p *dateParts) word(w string) {
	w = strings.ToLower(strings.ReplaceAll(w, "İ", "i"))
	offset, isZone := zones[strings.ToUpper(w)]
	switch {
	case isZone && p.clock && !p.zoned:
		p.offset = offset
	case p.clock && (w == "am" || w == "a"): // a.m.
		p.am = true
	case p.clock && (w == "pm" || w == "p"):
		p.pm = true
	case p.month == 0:
		p.monthName(w)
	}
}

func (p *dateParts) monthName(w string) {
	for _, m := range months {
		if strings.HasPrefix(w, m.begins) {
			p.month, p.iranian = m.number, m.iranian
			p.skip("-") // 02-Jan-06
			return
		}
	}
}

// zone reads an offset: +4, +04, +0400, +04:00. After a zone's name ("GMT+4") it counts alone.
func (p *dateParts) zone() {
	sign := 1
	if p.rest[0] == '-' {
		sign = -1
	}
	p.rest = p.rest[1:]
	hours, count := p.digits()
	minutes := 0
	switch {
	case count > 2:
		hours, minutes = hours/100, hours%100
	case p.skip(":"):
		minutes, _ = p.digits()
	}
	if count == 0 || hours > 14 || minutes > 59 {
		return
	}
	p.offset, p.zoned = sign*(hours*3600+minutes*60), true
}

// time puts the parts together.
func (p *dateParts) time() time.Time {
	if p.bad || p.year < 1 || p.year > 9999 || p.month < 1 || p.month > 12 || p.day < 1 || p.day > 31 || p.hour > 24 || p.minute > 59 || p.sec > 60 {
		return time.Time{}
	}
	switch {
	case p.pm && p.hour < 12:
		p.hour += 12
	case p.am && p.hour == 12:
		p.hour = 0
	}
	if p.iranian || p.year >= 1300 && p.year < 1500 {
		p.year, p.month, p.day = gregorian(p.year, p.month, p.day)
	}
	return time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.sec, p.nano, time.UTC).
		Add(-time.Duration(p.offset) * time.Second)
}

// gregorian turns a date of the Iranian solar calendar into ours; the day may run over the month's end. The count of
// leap years is that of the 33-year cycle, exact from 1206 to 1498.
func gregorian(year, month, day int) (int, int, int) {
	days := 365*(year-979) + (year-979)/33*8 + ((year-979)%33+3)/4
	days += 31*min(month-1, 6) + 30*max(month-7, 0) + day - 1
	return 1600, 1, 1 + 79 + days // 1 Farvardin 979 is the 80th day of 1600
}

// month is a name of a month, by how it begins.
type month struct {
	begins  string
	number  int
	iranian bool
}

// months are tried in order; longer beginnings stand before the shorter ones they contain.
var months = monthNames(
	"jan feb mar apr may jun jul aug sep oct nov dec",
	"янв фев мар апр ма июн июл авг сен окт ноя дек",
	"ocak şub mart nis mayıs haz tem ağu eyl eki kas ara",
	"yan fev mart apr may iyun iyul avq sent okt noy dek",
	"!فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
)

func monthNames(calendars ...string) (list []month) {
	for _, names := range calendars {
		names, iranian := strings.CutPrefix(names, "!")
		for i, name := range strings.Fields(names) {
			list = append(list, month{name, i + 1, iranian})
		}
	}
	return list
}

const hour = 3600

// zones are the zones feeds name, in seconds east of UTC. Where a name has several meanings it is the one of the
// region this program is for: AMT is Armenia's, AST Arabia's, GST the Gulf's.
var zones = map[string]int{
	"UT": 0, "UTC": 0, "GMT": 0, "Z": 0,
	"AZT": 4 * hour, "AZST": 5 * hour, "AMT": 4 * hour, "GET": 4 * hour, "GST": 4 * hour, "SAMT": 4 * hour,
	"MSK": 3 * hour, "MSD": 4 * hour, "YEKT": 5 * hour,
	"IRST": 3*hour + hour/2, "IRDT": 4*hour + hour/2, "IRT": 3*hour + hour/2,
	"TRT": 3 * hour, "AST": 3 * hour, "IDT": 3 * hour, "PKT": 5 * hour, "TMT": 5 * hour, "UZT": 5 * hour,
	"WET": 0, "WEST": hour, "BST": hour, "CET": hour, "MET": hour, "CEST": 2 * hour, "MEST": 2 * hour,
	"EET": 2 * hour, "EEST": 3 * hour,
	"EST": -5 * hour, "EDT": -4 * hour, "CST": -6 * hour, "CDT": -5 * hour, "MST": -7 * hour, "MDT": -6 * hour,
	"PST": -8 * hour, "PDT": -7 * hour,
}
