package feeds

import (
	"fmt"
	"net/netip"
	"syscall"
)

// guard refuses connections to addresses outside the public internet, but for the networks in it. It looks at
// the address that is really dialled, after the name was resolved and on every hop, so that neither a name nor a
// redirect can lead a look into the operator's own network.
type guard []netip.Prefix

// control has the form net.Dialer wants.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("reading the address %q: %w", address, err)
	}
	ip := at.Addr().Unmap().WithZone("") // a prefix contains no address with a zone
	if public(ip) || within(g, ip) {
		return nil
	}
	return wrong(classPrivate, "%s is not a public address, and no allowed network contains it", ip)
}

// public says whether an address belongs to the internet at large.
func public(ip netip.Addr) bool {
	if ip.Is6() && !globalUnicast6.Contains(ip) {
		return false
	}
	return !within(reserved, ip)
}

func within(networks []netip.Prefix, ip netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// globalUnicast6 is all of IPv6 that is in use for the internet (RFC 4291). It leaves out loopback, link-local,
// unique local (with the metadata service fd00:ec2::254), multicast, IPv4-compatible and NAT64 (64:ff9b::/96).
var globalUnicast6 = netip.MustParsePrefix("2000::/3")

// reserved are the networks that are not the public internet: the registries of special addresses (RFC 6890) for
// IPv4, and what lies within globalUnicast6 but leads elsewhere.
var reserved = prefixes(
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10", // carrier-grade NAT; 100.100.100.200 is Alibaba's metadata service
	"127.0.0.0/8",
	"168.63.129.16/32", // Azure's host, with public looks
	"169.254.0.0/16",   // link-local, and the metadata service of most clouds
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24", // relays of 6to4
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/4",
	"240.0.0.0/4", // broadcast included
	"2001::/23",   // Teredo and other protocols
	"2001:db8::/32",
	"2002::/16", // 6to4: an IPv4 address, private ones included, in disguise
	"3fff::/20",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}
