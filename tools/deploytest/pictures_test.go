package deploytest

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// mostPicture is what a reader on a slow line will wait for, in bytes.
const mostPicture = 150_000

var pictureIn = regexp.MustCompile(`!\[[^\]]+\]\(([^)]+)\)`)

// Each picture that a page shows is there, can be drawn and is small; each that is there is shown.
func TestPicturesAreThere(t *testing.T) {
	var shown []string
	for _, page := range append(files(t, filepath.Join(repository, "docs", "*.md")), filepath.Join(repository, "README.md")) {
		for _, found := range pictureIn.FindAllStringSubmatch(read(t, page), -1) {
			file := filepath.Join(filepath.Dir(page), filepath.FromSlash(found[1]))
			text, err := os.ReadFile(file)
			if err != nil || len(text) > mostPicture {
				t.Errorf("%s shows %s: %d bytes, want at most %d, %v", page, found[1], len(text), mostPicture, err)
				continue
			}
			if filepath.Ext(file) == ".png" {
				if _, err := png.Decode(bytes.NewReader(text)); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
			shown = append(shown, file)
		}
	}
	for _, file := range files(t, filepath.Join(repository, "docs", "pictures", "*.png")) {
		if !slices.Contains(shown, file) {
			t.Errorf("no page shows %s", file)
		}
	}
}
