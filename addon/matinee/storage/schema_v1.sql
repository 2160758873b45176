-- Times are seconds since 1970 as REAL, sizes are bytes, booleans are 0 or 1, ids are ULIDs.

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,             -- JSON; sealed when the setting is secret
    sealed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- identity ------------------------------------------------------------------------------------
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role TEXT NOT NULL,
    created_at REAL NOT NULL
) STRICT;

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,       -- SHA-256 of the token
    created_at REAL NOT NULL,
    used_at REAL NOT NULL DEFAULT 0,
    expires_at REAL NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    event TEXT NOT NULL,
    user_id TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT ''
) STRICT;

-- volumes -------------------------------------------------------------------------------------
CREATE TABLE volumes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    root TEXT NOT NULL,              -- where it was last seen
    marker TEXT NOT NULL UNIQUE,
    filesystem TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    is_default INTEGER NOT NULL DEFAULT 0,
    added_at REAL NOT NULL
) STRICT;

-- downloads -----------------------------------------------------------------------------------
CREATE TABLE downloads (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    transport TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    trouble_code TEXT,
    trouble_message TEXT,
    trouble_hint TEXT,
    paused_from TEXT,                -- the state that a move to another volume interrupted
    move_to TEXT NOT NULL DEFAULT '',-- the volume that a move under way goes to
    volume_id TEXT NOT NULL REFERENCES volumes (id),
    save_path TEXT NOT NULL,         -- relative to the root of the volume
    position INTEGER NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    hash_v1 TEXT NOT NULL DEFAULT '',
    hash_v2 TEXT NOT NULL DEFAULT '',
    size INTEGER NOT NULL DEFAULT 0,
    wanted INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0, -- as of the last write, about once a minute
    sharing TEXT NOT NULL DEFAULT 'none',
    rate_limit_down INTEGER NOT NULL DEFAULT 0,
    rate_limit_up INTEGER NOT NULL DEFAULT 0,
    seed_ratio REAL,
    seed_minutes INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at REAL NOT NULL DEFAULT 0,
    uploaded INTEGER NOT NULL DEFAULT 0,
    downloaded INTEGER NOT NULL DEFAULT 0,
    seeded_seconds INTEGER NOT NULL DEFAULT 0,
    media_ids TEXT NOT NULL DEFAULT '[]', -- JSON: what came out of it
    unsorted INTEGER NOT NULL DEFAULT 0,  -- files that wait for somebody to say what they are
    added_at REAL NOT NULL,
    completed_at REAL NOT NULL DEFAULT 0,
    updated_at REAL NOT NULL,
    delete_data INTEGER NOT NULL DEFAULT 0 -- a removal that is under way
) STRICT;
CREATE INDEX downloads_state ON downloads (state, position);
CREATE UNIQUE INDEX downloads_v1 ON downloads (hash_v1) WHERE hash_v1 <> '' AND state <> 'removed';
CREATE UNIQUE INDEX downloads_v2 ON downloads (hash_v2) WHERE hash_v2 <> '' AND state <> 'removed';

-- Large or secret parts live beside the row, so that listing never reads them.
CREATE TABLE download_blobs (
    download_id TEXT PRIMARY KEY REFERENCES downloads (id) ON DELETE CASCADE,
    source BLOB NOT NULL DEFAULT X'',   -- sealed: magnets and links carry passkeys
    metadata BLOB NOT NULL DEFAULT X'', -- sealed: torrent files carry passkeys too
    resume BLOB NOT NULL DEFAULT X'',   -- sealed
    choice TEXT NOT NULL DEFAULT ''     -- JSON: indexes of files chosen before the list was known
) STRICT;

CREATE TABLE download_files (
    download_id TEXT NOT NULL REFERENCES downloads (id) ON DELETE CASCADE,
    file_index INTEGER NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    priority INTEGER NOT NULL DEFAULT 4,
    is_padding INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (download_id, file_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE download_history (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    download_id TEXT NOT NULL,
    name TEXT NOT NULL,
    event TEXT NOT NULL,             -- the new state, or added, retried, moved …
    detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX download_history_download ON download_history (download_id, id);

-- library -------------------------------------------------------------------------------------
CREATE TABLE shows (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    year INTEGER,
    title_key TEXT NOT NULL,         -- folded for comparison
    folder TEXT NOT NULL DEFAULT '',
    provisional INTEGER NOT NULL DEFAULT 1,
    added_at REAL NOT NULL
) STRICT;
CREATE INDEX shows_key ON shows (title_key, year);

CREATE TABLE media (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,             -- of the film, or of the episode
    year INTEGER,
    title_key TEXT NOT NULL,
    show_id TEXT REFERENCES shows (id) ON DELETE CASCADE,
    season INTEGER,
    episode INTEGER,
    episode_last INTEGER,
    provisional INTEGER NOT NULL DEFAULT 1,
    added_at REAL NOT NULL,
    changed INTEGER NOT NULL DEFAULT 0 -- sequence number of the last change
) STRICT;
CREATE INDEX media_title ON media (kind, title_key, year);
CREATE UNIQUE INDEX media_episode ON media (show_id, season, episode) WHERE show_id IS NOT NULL;
CREATE INDEX media_changed ON media (changed);

CREATE TABLE media_aliases (
    old_id TEXT PRIMARY KEY,
    media_id TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE library_folders (
    id TEXT PRIMARY KEY,
    volume_id TEXT NOT NULL REFERENCES volumes (id) ON DELETE CASCADE,
    path TEXT NOT NULL,              -- relative to the root of the volume, '' is the root
    kind TEXT NOT NULL,              -- movies, shows or mixed
    managed INTEGER NOT NULL DEFAULT 0, -- 1: Matinee imports into it
    scanned_at REAL NOT NULL DEFAULT 0,
    UNIQUE (volume_id, path)
) STRICT;

CREATE TABLE library_files (
    id TEXT PRIMARY KEY,
    media_id TEXT REFERENCES media (id) ON DELETE SET NULL, -- NULL: unsorted
    volume_id TEXT NOT NULL REFERENCES volumes (id) ON DELETE CASCADE,
    path TEXT NOT NULL,              -- relative to the root of the volume
    role TEXT NOT NULL,              -- film, subtitle, extra
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,        -- 1: made by Matinee, may be renamed and deleted
    origin TEXT NOT NULL DEFAULT '', -- the download it came from
    origin_index INTEGER NOT NULL DEFAULT -1,
    release_name TEXT NOT NULL DEFAULT '',
    guess TEXT NOT NULL DEFAULT '{}',-- JSON: what the name said, for the unsorted list
    reason TEXT NOT NULL DEFAULT '', -- why it is unsorted
    probe TEXT,                      -- JSON of models.media.Probe
    probe_trouble TEXT NOT NULL DEFAULT '',
    checksum TEXT NOT NULL DEFAULT '',
    checked_at REAL NOT NULL DEFAULT 0,
    check_result TEXT NOT NULL DEFAULT '',
    missing_since REAL NOT NULL DEFAULT 0,
    language TEXT NOT NULL DEFAULT '',
    added_at REAL NOT NULL,
    UNIQUE (volume_id, path)
) STRICT;
CREATE INDEX library_files_media ON library_files (media_id);
CREATE INDEX library_files_origin ON library_files (origin, origin_index);
CREATE INDEX library_files_inode ON library_files (volume_id, inode);
CREATE INDEX library_files_unprobed ON library_files (added_at) WHERE probe IS NULL;

-- One row before each change to the disk: after a crash the engine finishes or undoes it.
CREATE TABLE library_operations (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,              -- import, rename, trash, restore
    volume_id TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    started_at REAL NOT NULL
) STRICT;

CREATE TABLE library_history (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    media_id TEXT NOT NULL,
    event TEXT NOT NULL,             -- imported, scanned, renamed, corrected, trashed, restored …
    detail TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE trash (
    id TEXT PRIMARY KEY,
    volume_id TEXT NOT NULL REFERENCES volumes (id) ON DELETE CASCADE,
    original_path TEXT NOT NULL,
    trash_path TEXT NOT NULL,
    size INTEGER NOT NULL,
    row TEXT NOT NULL,               -- JSON of the library_files row, to restore it
    reason TEXT NOT NULL DEFAULT '',
    trashed_at REAL NOT NULL
) STRICT;

CREATE TABLE watch_states (
    media_id TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    position REAL NOT NULL DEFAULT 0,
    duration REAL NOT NULL DEFAULT 0,
    watched INTEGER NOT NULL DEFAULT 0,
    updated_at REAL NOT NULL,
    PRIMARY KEY (media_id, user_id)
) STRICT, WITHOUT ROWID;

-- playback ------------------------------------------------------------------------------------
CREATE TABLE screen_profiles (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    profile TEXT NOT NULL,           -- JSON of models.screens.ScreenProfile
    changed_at REAL NOT NULL
) STRICT;

-- household -----------------------------------------------------------------------------------
-- The key stands first: else the integrity check of SQLite 3.40 sees NULL where there is none.
CREATE TABLE arrivals (
    download_id TEXT NOT NULL REFERENCES downloads (id) ON DELETE CASCADE,
    file_index INTEGER NOT NULL,
    media_id TEXT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    PRIMARY KEY (download_id, file_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX arrivals_media ON arrivals (media_id);
