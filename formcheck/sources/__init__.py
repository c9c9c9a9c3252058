"""Where poses come from: video files, webcam, MediaPipe, a recorded track, a fake for tests."""
