"""What goes in and out of the API where clips are made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from kinora.generate.condition import Request, TimedPrompt
from kinora.library.make_sizes import LEFT_OPEN
from kinora.library.models import Take
from kinora.library.order import MAX_TAKES, From, Order
from kinora.library.take_info import TakeInfo
from kinora.site.api.schemas import SimpleVisibility


class FromIn(Schema):
    """One of: a video's id, a take's id, a picture's name; `from_seconds` is where in the video."""

    video: str = Field("", max_length=16)
    take: str = Field("", max_length=16)
    picture: str = Field("", max_length=80)
    from_seconds: float = Field(0.0, ge=0)

    def given(self) -> From:
        return From(self.video, self.take, self.picture, self.from_seconds)


class PictureIn(FromIn):
    """A picture that the clip shows at a second."""

    at_seconds: float = Field(0.0, ge=0)


class CardIn(Schema):
    """What is to be seen from a second on."""

    at_seconds: float = Field(..., ge=0)
    prompt: str = Field(..., max_length=2000)


class OrderIn(Schema):
    """What is to be made; without `operation`, the material says which one it is."""

    prompt: str = Field("", max_length=2000)
    cards: list[CardIn] = Field([], max_length=50)
    operation: str = Field("", max_length=40)
    videos: list[FromIn] = Field([], max_length=2)
    pictures: list[PictureIn] = Field([], max_length=50)
    keep: list[tuple[float, float]] = Field([], max_length=50)
    width: int = Field(0, ge=0, description="0: the size of the model's that fits what is given")
    height: int = Field(0, ge=0)
    seconds: float | None = Field(None, ge=0, description="left out: 2, or the video's length for in-betweens")
    fps: float | None = Field(None, gt=0, description="left out: 8, or twice the video's for in-betweens")
    as_made: bool = Field(False, description="show it at the model's own size, not the source's")
    seed: int = 0
    num_takes: int = Field(1, ge=1, le=MAX_TAKES)
    steps: int = 24
    guidance_scale: float = 3.0
    noise: float = 1.0
    negative_prompt: str = Field("", max_length=2000)

    def order(self) -> Order:
        """Return the order that the doors share; the model is the library's own choice."""
        first = (TimedPrompt(0.0, self.prompt),) if self.prompt.strip() else ()
        settings = Request(
            model="", width=self.width, height=self.height,
            seconds=LEFT_OPEN["seconds"] if self.seconds is None else self.seconds,
            fps=LEFT_OPEN["fps"] if self.fps is None else self.fps, seed=self.seed, steps=self.steps,
            guidance_scale=self.guidance_scale, noise=self.noise,
            negative_prompt=self.negative_prompt,
        )  # fmt: skip
        return Order(
            settings=settings,
            operation=self.operation,
            prompts=(*first, *(TimedPrompt(card.at_seconds, card.prompt) for card in self.cards)),
            videos=tuple(one.given() for one in self.videos),
            pictures=tuple((one.at_seconds, one.given()) for one in self.pictures),
            keep=tuple(self.keep),
            num_takes=self.num_takes,
            is_as_made=self.as_made,
        )


class PublishIn(Schema):
    """How the video is called and who may see it."""

    title: str = Field("", max_length=300)
    visibility: SimpleVisibility = "private"


class TakeOut(Schema):
    """One take; `recipe` makes it again."""

    id: str
    batch: str
    state: str
    progress: float
    message: str
    prompt: str
    operation: str
    seed: int
    width: int
    height: int
    duration_seconds: float
    seconds_taken: float
    video_id: str
    error_kind: str
    error_message: str
    created_at: datetime
    recipe: dict[str, Any]

    @classmethod
    def of(cls, take: Take) -> TakeOut:
        return cls(**TakeInfo.of(take).to_json(with_path=False))


class TakesOut(Schema):
    takes: list[TakeOut]
    total: int


class PictureOut(Schema):
    picture: str


class PlanOut(Schema):
    """The bill; `seconds` and `peak_memory_bytes` are 0 where this machine was not measured yet."""

    sentences: list[str]
    prompt_help: list[str]  # which words the model hears otherwise, and which it was never shown
    prompt_in_its_words: str
    num_takes: int
    num_frames: int
    num_tokens: int
    flop: float
    seconds: float
    peak_memory_bytes: int
    price: float
