-- Who read what. A reader is known by the pseudonym that the host gives this module.
CREATE TABLE entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  class_id uuid NOT NULL,
  reader text NOT NULL,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  pages integer NOT NULL CHECK (pages BETWEEN 1 AND 10000),
  noted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX entries_class_idx ON entries (class_id, id);
