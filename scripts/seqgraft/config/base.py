"""What all config models share: frozen, strict about unknown keys, documented field by field."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A part of a study's config: unknown keys are errors and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
