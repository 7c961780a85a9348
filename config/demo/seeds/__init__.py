"""The demo: invented people, and the programme of a real meet. `seed_dev` writes it; nothing else imports it."""
