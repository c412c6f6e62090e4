package score

// Side says which way a kind of event moves a pair of countries.
type Side string

// The two sides; a kind has one of them.
const (
	Escalation   Side = "escalation"
	Deescalation Side = "deescalation"
)

// Kind is a kind of event, as the lexicon's kinds.yaml defines it.
type Kind struct {
	Name      string
	Side      Side
	Intensity float64 // starting value, -10 (conciliation) to 10 (violence)
	HalfLife  string  // a class: "rhetoric", "incident" or "measure"
	Directed  bool    // who acts on whom matters; else From and To are "both"
	Plover    string  // root in the PLOVER ontology
	Cameo     string  // code in the CAMEO ontology
	Goldstein float64 // Goldstein's score for that code, on CAMEO's own sign: negative is conflict
}

// Values of Event.From and Event.To besides ISO-3 codes.
const (
	Both    = "both"    // an undirected event, or both sides did it
	Unknown = "unknown" // a directed event of which the text does not say who did it
)

// Event is one thing a text says happened between the two states of a pair.
type Event struct {
	Pair       string // ISO-3 codes, sorted, with a hyphen: "AZE-IRN"
	Kind       string
	From, To   string  // ISO-3, Both or Unknown
	Intensity  float64 // -10 to 10, the kind's value as the text raises or lowers it; its sign is the kind's
	Confidence float64 // 0 to 1: how sure the match is (field, hedging, distance)
	Place      string  // a place the event is tied to, or empty
	Number     int     // how many were arrested, expelled, killed; 0 where the text has no number
	Field      string  // "title" or "text": where the words are
	Span       [2]int  // bytes in that field as given
	Text       string  // the words that decided it
	Rule       string  // the lexicon rule they matched: kind, language, ordinal

	vague bool // the two are named together, and the text may still say who began: "the Azerbaijani-Iranian border is closed"
}

// Mention is a phrase of the lexicon found in a text, whoever the actors are.
type Mention struct {
	Kind    string
	Field   string
	Span    [2]int
	Text    string
	Rule    string
	Dropped string // why it became no event ("no pair", "negated", "sport", …); empty where it did
}

// Result is what a text says.
type Result struct {
	Lang     string    // ISO 639-1, as "az"; empty where it cannot be told, or is none whose words the scorer knows
	Relevant bool      // the text is about the relations of a pair, even if nothing happened
	Pairs    []string  // the pairs it is relevant to, sorted
	Events   []Event   // the leading event first, the others in the order of the text
	Mentions []Mention // in the order of the text
}
