CREATE TABLE things (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    note text,
    made_at timestamptz NOT NULL DEFAULT now()
);
