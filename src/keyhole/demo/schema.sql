-- The demo API's tables. Times are ISO 8601 in UTC; a project's key and a user's name are their identifiers.
CREATE TABLE users (
  username TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL, active INTEGER NOT NULL, created_at TEXT NOT NULL);

CREATE TABLE projects (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL,
  lead TEXT NOT NULL REFERENCES users, next_number INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL);

CREATE TABLE members (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE, username TEXT NOT NULL REFERENCES users,
  role TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (project, username));

CREATE TABLE labels (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE, name TEXT NOT NULL, color TEXT NOT NULL,
  description TEXT NOT NULL, PRIMARY KEY (project, name));

CREATE TABLE milestones (
  id INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  title TEXT NOT NULL, description TEXT NOT NULL, due_on TEXT, state TEXT NOT NULL, UNIQUE (project, title));

CREATE TABLE issues (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE, number INTEGER NOT NULL, title TEXT NOT NULL,
  body TEXT NOT NULL, state TEXT NOT NULL, priority TEXT NOT NULL, reporter TEXT NOT NULL REFERENCES users,
  assignee TEXT REFERENCES users, milestone_id INTEGER REFERENCES milestones ON DELETE SET NULL, estimate_hours REAL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, closed_at TEXT, PRIMARY KEY (project, number));

CREATE TABLE issue_labels (
  project TEXT NOT NULL, number INTEGER NOT NULL, label TEXT NOT NULL, PRIMARY KEY (project, number, label),
  FOREIGN KEY (project, number) REFERENCES issues ON DELETE CASCADE,
  FOREIGN KEY (project, label) REFERENCES labels ON DELETE CASCADE ON UPDATE CASCADE);

CREATE TABLE comments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL, number INTEGER NOT NULL,
  author TEXT NOT NULL REFERENCES users, body TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  FOREIGN KEY (project, number) REFERENCES issues ON DELETE CASCADE);

CREATE TABLE attachments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL,
  description TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
  uploaded_by TEXT NOT NULL REFERENCES users, created_at TEXT NOT NULL, content BLOB NOT NULL,
  FOREIGN KEY (project, number) REFERENCES issues ON DELETE CASCADE);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  number INTEGER, kind TEXT NOT NULL, actor TEXT NOT NULL REFERENCES users, detail TEXT NOT NULL,
  created_at TEXT NOT NULL);

CREATE INDEX comments_of_issue ON comments (project, number);
CREATE INDEX events_of_project ON events (project, id);
