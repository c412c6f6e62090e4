package score_test

import (
	"strings"
	"sync"
	"testing"

	"tensionmonitor/config"
	"tensionmonitor/internal/news"
	"tensionmonitor/internal/score"
)

// once keeps what shipped compiled: a lexicon is immutable, and under the race detector it takes a second.
var once sync.Map

// shipped gives the lexicon as it is shipped, for one pair.
func shipped(t testing.TB, pair ...string) *score.Lexicon {
	t.Helper()
	if pair == nil {
		pair = []string{"AZE-IRN"}
	}
	if lex, ok := once.Load(pair[0]); ok {
		return lex.(*score.Lexicon)
	}
	read, err := config.Lexicon("")
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]score.Row, len(read))
	for i, r := range read {
		rows[i] = score.Row(r)
	}
	lex, err := score.Compile(rows, pair)
	if err != nil {
		t.Fatal(err)
	}
	once.Store(pair[0], lex)
	return lex
}

func TestShippedLexicon(t *testing.T) {
	if n := len(shipped(t).Kinds()); n != 28 {
		t.Errorf("%d kinds, want 28", n)
	}
}

// A text in a language of whose words nothing is known is about the pair, and tells no event.
func TestUnknownLanguagesAreOnlyRelevant(t *testing.T) {
	for _, title := range []string{
		"ईरान ने अज़रबैजान के राजदूत को तलब किया",
		"이란, 아제르바이잔 대사 초치",
	} {
		var r score.Result
		shipped(t).Score(&news.Article{Title: title}, &r)
		if !r.Relevant || len(r.Events) > 0 || r.Lang != "" {
			t.Errorf("%s: relevant %v, events %v, language %q; want relevant, none, none", title, r.Relevant, r.Events, r.Lang)
		}
	}
}

// TestHintsSpeakLast holds that a lone word names a kind only where no phrase does, and never makes an event.
func TestHintsSpeakLast(t *testing.T) {
	lex := shipped(t)
	for title, want := range map[string]string{
		"Warships of Iran and Azerbaijan":                        "mobilize hint",
		"Iran summons Azerbaijani ambassador as warships gather": "summon ",
	} {
		var r score.Result
		lex.Explain(&news.Article{Title: title}, &r)
		if len(r.Mentions) == 0 || r.Mentions[0].Kind+" "+r.Mentions[0].Dropped != want || strings.HasSuffix(want, "hint") != (len(r.Events) == 0) {
			t.Errorf("%s: %+v, want %s", title, r.Mentions, want)
		}
	}
}

// TestNamesStandForTheirState holds that a town makes a text one about the pair where the other state is named, and so does who held office.
func TestNamesStandForTheirState(t *testing.T) {
	lex := shipped(t)
	for title, want := range map[string]bool{
		"Iran masses artillery across from Jabrayil":                                     true,
		"Sixty tonnes of blankets and tents from Azerbaijan reach Khoy":                  true,
		"İran ordusu Zengilan karşısında tatbikata başladı":                              true,
		"Азербайджан отправил в Хой колонну с палатками для пострадавших":                true,
		"Jabrayil gets a school for two hundred children":                                false,
		"Elchibey's envoy sees Rafsanjani over statements on the south":                  true,
		"Рафсанджани принял посланника Эльчибея":                                         true,
		"Rafsanjani opens a dam near Kerman":                                             false,
		"Khoy mourns the victims of the quake":                                           false,
		"Хой засыпало снегом, закрыты дороги":                                            false,
		"Zengilan'da akıllı köy kuruldu":                                                 false,
		"Iran unveils a drone in Isfahan; shares fall in Jolfa and Ardabil":              false,
		"Թավրիզում ուսանողներ են հավաքվել Ադրբեջանի հյուպատոսության առջև":                true,
		"Թավրիզում առատ ձյուն է տեղացել":                                                 false,
		"Írán popřel zprávy o uzavření konzulátu v Nachičevanu":                          true,
		"V Nachičevanu otevřeli novou školu":                                             false,
		"Διαδήλωση στο Αρνταμπίλ μπροστά στο προξενείο του Αζερμπαϊτζάν":                 true,
		"Χιονοπτώσεις στο Αρνταμπίλ":                                                     false,
		"בבאקו מגנים את נאומו של איש הדת מארדביל":                                        true,
		"伊朗关闭驻纳希切万总领事馆":                                                                  true,
		"纳希切万举办石榴节":                                                                      false,
		"Le consul d'Iran à Nakhitchevan convoqué au ministère":                          true,
		"Der Basar von Täbris":                                                           false,
		"Une voiture piégée découverte à Qırmızı Qəsəbə, Téhéran mis en cause par Bakou": true,
	} {
		var r score.Result
		if lex.Score(&news.Article{Title: title}, &r); r.Relevant != want {
			t.Errorf("%s: relevant %v", title, r.Relevant)
		}
	}
}

// TestOtherLanguages holds that a text in a language without phrases is told to be about the pair, unless it is about a
// match, a quake or a province.
func TestOtherLanguages(t *testing.T) {
	lex := shipped(t)
	for _, c := range []struct {
		title, text string
		relevant    bool
	}{
		{"Aserbaidschan bestellt iranischen Botschafter ein", "Das Außenministerium in Baku hat am Montag den Botschafter des Iran einbestellt.", true},
		{"Iran schlägt Aserbaidschan 2:0 im Freundschaftsspiel", "Die iranische Fußball-Nationalmannschaft gewann in Baku.", false},
		{"Israel und Iran: Angriffe dauern an", "Raketen trafen Tel Aviv. Ölpreise in Baku stiegen.", false},
		{"L'Azerbaïdjan ferme son ambassade à Téhéran après une attaque", "Bakou a évacué ses diplomates d'Iran.", true},
		{"Grand Prix d'Azerbaïdjan : Verstappen en pole", "Le Néerlandais devance Leclerc à Bakou.", false},
		{"Séisme dans l'Azerbaïdjan oriental iranien", "Un séisme de magnitude 5 a frappé Tabriz.", false},
		{"Azerbaiyán convoca al embajador de Irán", "El Ministerio de Exteriores de Bakú protestó.", true},
		{"L'Azerbaigian espelle quattro diplomatici iraniani", "Baku accusa Teheran.", true},
		{"أذربيجان تستدعي السفير الإيراني في باكو", "احتجت باكو على تصريحات طهران.", true},
		{"منتخب إيران يفوز على أذربيجان في مباراة ودية", "كرة القدم في باكو.", false},
		{"زلزال يضرب محافظة أذربيجان الشرقية في إيران", "مركز الزلزال قرب تبريز.", false},
		{"אזרבייג'ן זימנה את שגריר איראן בבאקו", "משרד החוץ מחה.", true},
		{"Ադրբեջանը կանչել է Իրանի դեսպանին", "Բաքուն բողոքել է Թեհրանին։", true},
		{"აზერბაიჯანმა ირანის ელჩი დაიბარა", "ბაქომ თეირანს პროტესტი გამოუცხადა.", true},
		{"阿塞拜疆召见伊朗大使", "巴库就此提出抗议。", true},
		{"伊朗足球队友谊赛击败阿塞拜疆", "比赛在巴库举行。", false},
		{"アゼルバイジャン、イラン大使を呼び出し", "バクーの外務省が抗議した。", true},
		{"Azerbejdżan wydalił czterech irańskich dyplomatów", "Baku oskarża Teheran.", true},
		{"Azerbeidzjan roept Iraanse ambassadeur op het matje", "Bakoe protesteert.", true},
		{"Teheran warnt Baku vor israelischer Präsenz", "Das iranische Außenministerium erklärte, Aserbaidschan dürfe sein Gebiet nicht für Angriffe hergeben.", true},
		{"Téhéran et Bakou rouvrent leurs consulats", "Les ministres des Affaires étrangères de l'Iran et de l'Azerbaïdjan se sont entretenus mardi.", true},
		{"El amistoso entre Irán y Azerbaiyán termina en empate", "El seleccionador elogió a sus jugadores.", false},
		{"Amichevole: l'Iran batte l'Azerbaigian", "Tre gol nel secondo tempo a Baku.", false},
		{"Terremoto en la provincia iraní de Azerbaiyán Oriental", "El sismo dejó cinco heridos en Tabriz.", false},
		{"ირანის ნაკრებმა აზერბაიჯანი დაამარცხა", "ფეხბურთის ამხანაგური მატჩი ბაქოში გაიმართა.", false},
		{"Իրանի հավաքականը հաղթել է Ադրբեջանին", "Ընկերական հանդիպումը կայացել է Բաքվում։", false},
		{"נבחרת איראן ניצחה את אזרבייג'ן", "משחק הכדורגל נערך בבאקו.", false},
	} {
		var r score.Result
		lex.Score(&news.Article{Title: c.title, Text: c.text}, &r)
		if r.Relevant != c.relevant || !c.relevant && len(r.Events) > 0 {
			t.Errorf("%s: relevant %v, events %v; want relevant %v", c.title, r.Relevant, r.Events, c.relevant)
		}
	}
}
