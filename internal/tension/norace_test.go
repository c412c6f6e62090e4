//go:build !race

package tension

const underRace = false
