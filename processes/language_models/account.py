"""The account at the provider of language models, apart from the client of it, which is slow to load."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class GroqAccount:
    """Whose key is used, and where; `base_url` is without `/openai/v1`, which the library adds. Timeouts in seconds."""

    api_key: str = field(repr=False)
    base_url: str = "https://api.groq.com"
    timeout: float = 20.0
    connect_timeout: float = 5.0


@dataclass(frozen=True)
class ModelNames:
    """The model that writes replies, and the one that does when the provider has retired it."""

    reply: str
    second: str
