-- What is stored of a viewer is deleted on request.
CREATE INDEX event_logs_of_viewer ON event_logs (workspace_id, user_id);
