package feeds

import (
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	none, home := guard(nil), guard{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}
	for address, tt := range map[string]struct {
		guard guard
		open  bool
	}{
		"93.184.215.14:443":             {none, true},
		"[2606:2800:21f:cb07::1]:443":   {none, true},
		"127.0.0.1:80":                  {none, false},
		"127.9.9.9:80":                  {none, false},
		"0.0.0.0:80":                    {none, false},
		"10.1.2.3:80":                   {none, false},
		"172.16.0.1:80":                 {none, false},
		"172.32.0.1:80":                 {none, true},
		"192.168.1.1:80":                {none, false},
		"169.254.169.254:80":            {none, false}, // metadata of most clouds
		"100.64.0.1:80":                 {none, false}, // carrier-grade NAT
		"100.100.100.200:80":            {none, false}, // Alibaba's metadata
		"168.63.129.16:80":              {none, false}, // Azure's
		"192.0.0.192:80":                {none, false}, // Oracle's
		"198.18.0.1:80":                 {none, false},
		"224.0.0.1:80":                  {none, false},
		"255.255.255.255:80":            {none, false},
		"[::]:80":                       {none, false},
		"[::1]:80":                      {none, false},
		"[::ffff:10.1.2.3]:80":          {none, false}, // IPv4 in IPv6
		"[::ffff:93.184.215.14]:80":     {none, true},
		"[::127.0.0.1]:80":              {none, false},
		"[fe80::1%eth0]:80":             {none, false},
		"[fc00::1]:80":                  {none, false},
		"[fd00:ec2::254]:80":            {none, false}, // Amazon's metadata
		"[fec0::1]:80":                  {none, false},
		"[ff02::1]:80":                  {none, false},
		"[2002:7f00:1::]:80":            {none, false}, // 6to4 of 127.0.0.1
		"[2001:0:1:2:3:4:5:6]:80":       {none, false}, // Teredo
		"[64:ff9b::7f00:1]:80":          {none, false}, // NAT64 of 127.0.0.1
		"[64:ff9b:1::a00:1]:80":         {none, false},
		"[2001:db8::1]:80":              {none, false},
		"10.1.2.3:81":                   {home, true},
		"10.2.2.3:80":                   {home, false},
		"[::ffff:10.1.2.3]:81":          {home, true},
		"[fd12::1]:80":                  {home, true},
		"[fd12::1%eth0]:80":             {home, true},
		"127.0.0.1:81":                  {home, false},
		"desk.example:80":               {home, false}, // a name is no address
		"[2a00:1450:4001:80b::200e]:80": {home, true},
	} {
		t.Run(address, func(t *testing.T) {
			if err := tt.guard.control("tcp", address, nil); (err == nil) != tt.open {
				t.Errorf("got %v, want open %v", err, tt.open)
			}
		})
	}
}
