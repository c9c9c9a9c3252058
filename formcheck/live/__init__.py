"""The live coach without any page: a session that is fed with poses and says what to show and to say."""
