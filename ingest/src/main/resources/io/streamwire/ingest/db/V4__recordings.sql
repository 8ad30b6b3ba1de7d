-- A replay is a livestream of its own kind: nobody follows it at TikTok.
ALTER TABLE livestreams ADD COLUMN kind text NOT NULL DEFAULT 'live' CHECK (kind IN ('live', 'replay'));
DROP INDEX livestreams_active;
CREATE UNIQUE INDEX livestreams_active ON livestreams (workspace_id, tiktok_username)
    WHERE status <> 'ended' AND kind = 'live';

-- What is known of a recording besides its file.
CREATE TABLE recordings (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL UNIQUE,
    livestream_id uuid,
    origin text NOT NULL CHECK (origin IN ('recorded', 'uploaded')),
    username text NOT NULL,
    room_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('recording', 'stopping', 'ended')),
    end_reason text,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    bytes bigint NOT NULL DEFAULT 0,
    frames bigint NOT NULL DEFAULT 0,
    sockets bigint NOT NULL DEFAULT 0,
    duration_ms bigint NOT NULL DEFAULT 0,
    instance text,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX recordings_running ON recordings (workspace_id, livestream_id) WHERE state <> 'ended';
CREATE INDEX recordings_newest ON recordings (workspace_id, created_at DESC, id DESC);
CREATE INDEX recordings_oldest ON recordings (ended_at) WHERE state = 'ended';

-- One row per livestream of kind replay.
CREATE TABLE replays (
    workspace_id uuid NOT NULL,
    livestream_id uuid NOT NULL UNIQUE,
    recording_id uuid NOT NULL,
    speed integer,
    position_ms bigint NOT NULL DEFAULT 0,
    duration_ms bigint NOT NULL,
    events bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, livestream_id)
);
