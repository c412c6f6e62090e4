package monitor

import (
	"fmt"
	"testing"

	"tensionmonitor/internal/news"
)

func TestSeriesOfFeedsAreBounded(t *testing.T) {
	for _, tt := range []struct {
		feeds                 int
		setting               string
		health, full, dropped int
	}{
		{500, "auto", 500, 500, 0},
		{501, "auto", 501, 0, 0},
		{501, "full", 501, 501, 0},
		{3000, "full", 2142, 2142, 858},
		{2000, "health", 2000, 0, 0},
		{9000, "auto", 7500, 0, 1500},
		{9000, "off", 0, 0, 0},
	} {
		list := map[string]news.Feed{}
		for i := range tt.feeds {
			list[fmt.Sprintf("feed-%05d", i)] = news.Feed{}
		}
		p, dropped := seriesOf(list, tt.setting, maxFeedSeries)
		full := 0
		for _, all := range p.full {
			if all {
				full++
			}
		}
		if len(p.health) != tt.health || full != tt.full || dropped != tt.dropped {
			t.Errorf("%d feeds, %s: %d with health, %d with all, %d without; want %d, %d, %d", tt.feeds, tt.setting, len(p.health), full, dropped, tt.health, tt.full, tt.dropped)
		}
		if n := healthSeries*len(p.health) + (fullSeries-healthSeries)*full; n > maxFeedSeries {
			t.Errorf("%d feeds, %s: %d series", tt.feeds, tt.setting, n)
		}
	}
}
