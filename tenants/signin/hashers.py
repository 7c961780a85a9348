"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OwaspArgon2(Argon2PasswordHasher):
    """Argon2id with the least that OWASP's cheat sheet on password storage asks for: 19 MiB, two passes, one lane.

    Django's own parameters take 100 MiB and eight lanes for each sign-in: with sixty at once a server had neither the
    cores nor the memory left for anybody else. A hash with other parameters is renewed when its owner signs in.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
