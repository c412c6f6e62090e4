-- +goose Up
-- One text for SQLite and PostgreSQL. Times are microseconds since 1970, UTC.

CREATE TABLE articles (
    id         text PRIMARY KEY,
    feed       text NOT NULL,              -- where it was first seen
    title      text NOT NULL,
    text       text NOT NULL,
    link       text NOT NULL,
    language   text NOT NULL,
    outlet     text NOT NULL,
    family     text NOT NULL,
    bloc       text NOT NULL,
    weight     double precision NOT NULL,
    published  bigint,                     -- null: the source gives no date
    first_seen bigint NOT NULL,
    first_look boolean NOT NULL,
    relevant   boolean NOT NULL,           -- derived, like the events
    lexicon    text NOT NULL,              -- hash of the lexicon that derived them
    wording    text NOT NULL,              -- hash of title and text as its feed had them last
    edits      integer NOT NULL DEFAULT 0  -- how often that changed
);
CREATE INDEX articles_first_seen ON articles (first_seen, id, feed, published); -- a start reads it and no text
CREATE INDEX articles_lexicon ON articles (lexicon);
CREATE INDEX articles_link ON articles (link) WHERE relevant;

-- Every name an article was seen under, in each feed that carried it. An article is known by any of them.
CREATE TABLE sightings (
    name    text NOT NULL,
    feed    text NOT NULL,
    article text NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    seen    bigint NOT NULL,
    PRIMARY KEY (name, feed)
);
CREATE INDEX sightings_article ON sightings (article);

-- What a feed made of an article later. The article itself stays as it first was.
CREATE TABLE revisions (
    article text NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    seen    bigint NOT NULL,
    title   text NOT NULL,
    text    text NOT NULL,
    PRIMARY KEY (article, seen)
);

CREATE TABLE events (
    article    text NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    n          integer NOT NULL,           -- 0 is the article's leading event
    at         bigint NOT NULL,            -- from here on five columns are the article's, so that a start reads one index and no text
    first_seen bigint NOT NULL,
    ageless    boolean NOT NULL,           -- undated and of a first look
    family     text NOT NULL,
    bloc       text NOT NULL,
    weight     double precision NOT NULL,
    pair       text NOT NULL,
    kind       text NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    intensity  double precision NOT NULL,
    confidence double precision NOT NULL,
    place      text NOT NULL,
    number     integer NOT NULL,
    field      text NOT NULL,
    span_start integer NOT NULL,
    span_end   integer NOT NULL,
    text       text NOT NULL,
    rule       text NOT NULL,
    PRIMARY KEY (article, n)
);
CREATE INDEX events_told ON events (pair, at, kind, from_state, to_state, intensity, confidence, place, number, first_seen, ageless, family, bloc, weight,
    article, n);

-- One row a look; the last of a feed is all the memory the poller has of it.
CREATE TABLE visits (
    feed          text NOT NULL,
    at            bigint NOT NULL,
    took          bigint NOT NULL,         -- microseconds
    url           text NOT NULL,
    status        integer NOT NULL,
    bytes         bigint NOT NULL,
    items         integer NOT NULL,
    new           integer NOT NULL,
    class         text NOT NULL,
    error         text NOT NULL,
    failures      integer NOT NULL,
    etag          text NOT NULL,
    last_modified text NOT NULL,
    validators    text NOT NULL,           -- the address they are from
    digest        text NOT NULL,
    read          bigint,                  -- times the feed does not give are null
    newest        bigint,
    oldest        bigint,
    edited        integer NOT NULL,
    renamed       integer NOT NULL,
    pages         integer NOT NULL,
    moved         text NOT NULL,
    moved_since   bigint,
    fresh         bigint NOT NULL,         -- microseconds, as are retry_after, turnover and period
    retry_after   bigint NOT NULL,
    gap           bigint,
    holds         integer NOT NULL,
    turnover      bigint NOT NULL,
    period        bigint NOT NULL,
    rest_hours    integer NOT NULL,
    rest_days     integer NOT NULL,
    ahead         integer NOT NULL,
    one_guid      boolean NOT NULL,
    next          bigint NOT NULL,
    why           text NOT NULL,
    PRIMARY KEY (feed, at)
);
CREATE INDEX visits_at ON visits (at);

-- The share of the world that could be seen from a moment on, until the next row; of one bloc, or of all ('').
CREATE TABLE coverage (
    bloc  text NOT NULL,
    at    bigint NOT NULL,
    ratio double precision NOT NULL,
    PRIMARY KEY (bloc, at)
);

-- +goose Down
DROP TABLE coverage;
DROP TABLE visits;
DROP TABLE events;
DROP TABLE revisions;
DROP TABLE sightings;
DROP TABLE articles;
