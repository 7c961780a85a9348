"""What the mails about rosters say."""
