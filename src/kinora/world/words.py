"""Words for what a scene holds: the plain one first, then what else people type."""

from __future__ import annotations

COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "red": ("red", "crimson", "scarlet", "bright red", "ruby"),
    "orange": ("orange", "bright orange", "tangerine"),
    "yellow": ("yellow", "bright yellow", "golden", "lemon yellow"),
    "green": ("green", "bright green", "emerald"),
    "cyan": ("cyan", "turquoise", "light blue", "aqua"),
    "blue": ("blue", "dark blue", "royal blue", "deep blue"),
    "purple": ("purple", "violet"),
    "pink": ("pink", "rose", "light pink"),
    "white": ("white", "snow-white"),
    "black": ("black", "jet black"),
    "brown": ("brown",),
    "grey": ("grey", "gray"),
}
SHAPE_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "ball": (("ball", "balls"), ("sphere", "spheres"), ("orb", "orbs")),
    "cube": (("cube", "cubes"), ("box", "boxes"), ("block", "blocks")),
    "cylinder": (("cylinder", "cylinders"), ("tube", "tubes"), ("can", "cans")),
    "cone": (("cone", "cones"),),
    "ring": (("ring", "rings"), ("hoop", "hoops"), ("donut", "donuts"), ("torus", "tori")),
    "pyramid": (("pyramid", "pyramids"),),
    "capsule": (("capsule", "capsules"), ("pill", "pills")),
    "person": (("person", "people"), ("man", "men"), ("woman", "women"), ("figure", "figures")),
    "dog": (("dog", "dogs"), ("puppy", "puppies")),
    "cat": (("cat", "cats"),),
    "horse": (("horse", "horses"), ("pony", "ponies")),
    "bird": (("bird", "birds"),),
}
SIZE_WORDS: dict[str, tuple[str, ...]] = {
    "small": ("small", "little", "tiny"), "large": ("large", "big", "huge"),
}  # fmt: skip
SPEED_WORDS: dict[str, tuple[str, ...]] = {
    "slow": ("slowly", "gently", "at a slow pace"), "fast": ("quickly", "fast", "rapidly", "at high speed"),
}  # fmt: skip
DIRECTION_WORDS: dict[str, tuple[str, ...]] = {
    "left": ("left", "to the left", "leftward", "from right to left", "towards the left"),
    "right": ("right", "to the right", "rightward", "from left to right", "towards the right"),
    "towards": ("towards the camera", "toward the camera", "closer", "towards us", "to the front"),
    "away": ("away from the camera", "away", "into the distance", "to the back"),
}
VERBS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "roll": (
        ("rolls", "roll", "rolling"),
        ("moves", "move", "moving"),
        ("goes", "go", "going"),
        ("travels", "travel", "travelling"),
    ),
    "slide": (
        ("slides", "slide", "sliding"),
        ("moves", "move", "moving"),
        ("goes", "go", "going"),
        ("glides", "glide", "gliding"),
    ),
    "bounce": (
        ("bounces", "bounce", "bouncing"),
        ("bounces up and down", "bounce up and down", "bouncing up and down"),
        ("keeps bouncing", "keep bouncing", "bouncing"),
    ),
    "fall": (
        ("falls", "fall", "falling"),
        ("drops to the ground", "drop to the ground", "dropping to the ground"),
        ("falls from the sky", "fall from the sky", "falling from the sky"),
        ("falls down", "fall down", "falling down"),
    ),
    "jump": (
        ("jumps", "jump", "jumping"),
        ("hops", "hop", "hopping"),
        ("jumps up and down", "jump up and down", "jumping up and down"),
    ),
    "spin": (
        ("spins", "spin", "spinning"),
        ("rotates", "rotate", "rotating"),
        ("turns around", "turn around", "turning around"),
    ),
    "appear": (("appears", "appear", "appearing"), ("pops up", "pop up", "popping up")),
    "disappear": (("disappears", "disappear", "disappearing"), ("vanishes", "vanish", "vanishing")),
    "grow": (("grows", "grow", "growing"), ("gets bigger", "get bigger", "getting bigger")),
    "shrink": (("shrinks", "shrink", "shrinking"), ("gets smaller", "get smaller", "getting smaller")),
    "walk": (("walks", "walk", "walking"), ("strolls", "stroll", "strolling"), ("goes", "go", "going")),
    "run": (("runs", "run", "running"), ("sprints", "sprint", "sprinting"), ("races", "race", "racing")),
    "fly": (("flies", "fly", "flying"), ("glides", "glide", "gliding")),
    "wave": (("waves", "wave", "waving"), ("waves a hand", "wave a hand", "waving a hand")),
    "sit": (("sits down", "sit down", "sitting down"), ("takes a seat", "take a seat", "taking a seat")),
    "turn": (("turns around", "turn around", "turning around"), ("spins around", "spin around", "spinning around")),
    "meet": (
        ("meet", "meet", "meeting"),
        ("walk up to each other", "walk up to each other", "walking up to each other"),
    ),
    "still": (
        ("stands still", "stand still", "standing still"),
        ("rests", "rest", "resting"),
        ("sits", "sit", "sitting"),
        ("does not move", "do not move", "at rest"),
    ),
}  # fmt: skip
"""Third person, plural, participle."""
PAIR_VERBS: dict[str, tuple[tuple[str, str], ...]] = {
    "orbit": (
        ("orbits", "orbiting"),
        ("circles", "circling"),
        ("moves around", "moving around"),
        ("goes around", "going around"),
    ),
    "hit": (
        ("hits", "hitting"),
        ("bumps into", "bumping into"),
        ("collides with", "colliding with"),
        ("rolls into", "rolling into"),
    ),
}  # fmt: skip
PLACE_WORDS: dict[str, tuple[str, ...]] = {
    "left": ("on the left", "on the left side", "at the left"),
    "right": ("on the right", "on the right side", "at the right"),
    "middle": ("in the middle", "in the centre", "in the center"),
    "near": ("close to the camera", "in the foreground", "near the camera"),
    "far": ("far away", "in the distance", "in the background"),
}
RELATION_WORDS: dict[str, tuple[str, ...]] = {
    "left of": ("to the left of", "left of", "on the left of"),
    "right of": ("to the right of", "right of", "on the right of"),
    "in front of": ("in front of", "before"),
    "behind": ("behind", "at the back of"),
}
GROUND_WORDS: dict[str, tuple[str, ...]] = {
    "grass": ("on green grass", "on grass", "on a lawn", "in a meadow", "on a green field"),
    "sand": ("on sand", "on the beach", "in the desert", "on yellow sand"),
    "snow": ("on snow", "in the snow", "on a snowy field"),
    "wood": ("on a wooden floor", "on wood", "on brown planks"),
    "tiles": ("on a tiled floor", "on tiles", "on a checkered floor"),
    "stone": ("on stone", "on grey stone", "on concrete"),
    "plain": ("on a plain floor", "on a grey floor", "on a smooth grey ground"),
}
ACROSS_WORDS: dict[str, str] = {
    "grass": "across green grass", "sand": "across the sand", "snow": "across the snow",
    "wood": "across a wooden floor", "tiles": "across a tiled floor", "stone": "across grey stone",
    "plain": "across a plain floor",
}  # fmt: skip
LIGHT_WORDS: dict[str, tuple[str, ...]] = {
    "day": ("in daylight", "by day", "on a sunny day", "under a blue sky"),
    "sunrise": ("at sunrise", "at dawn", "in the early morning"),
    "sunset": ("at sunset", "in the evening", "at dusk", "under an orange sky"),
    "night": ("at night", "in the dark", "by moonlight"),
}
CAMERA_WORDS: dict[str, tuple[str, ...]] = {
    "still": ("the camera stays still", "the camera does not move", "a fixed camera", "static shot"),
    "pan_left": ("the camera pans left", "the camera turns to the left", "pan left"),
    "pan_right": ("the camera pans right", "the camera turns to the right", "pan right"),
    "tilt_up": ("the camera tilts up", "the camera looks up", "tilt up"),
    "tilt_down": ("the camera tilts down", "the camera looks down", "tilt down"),
    "zoom_in": ("the camera zooms in", "zooming in", "zoom in"),
    "zoom_out": ("the camera zooms out", "zooming out", "zoom out"),
    "orbit_left": ("the camera circles to the left", "the camera orbits left", "orbit left"),
    "orbit_right": ("the camera circles to the right", "the camera orbits right", "orbit right"),
    "fly_forward": ("the camera flies forward", "flying forward", "drone shot moving forward"),
    "fly_left": ("the camera flies to the left", "flying left", "drone shot moving left"),
    "fly_right": ("the camera flies to the right", "flying right", "drone shot moving right"),
    "rise": ("the camera rises", "the camera goes up", "drone shot rising"),
    "sink": ("the camera sinks", "the camera comes down", "drone shot descending"),
}
NUMBER_WORDS: dict[int, tuple[str, ...]] = {2: ("two", "2", "a pair of"), 3: ("three", "3")}
LAND_WORDS: dict[str, tuple[str, ...]] = {
    "hills": ("green hills", "rolling green hills", "grassy hills", "a hilly landscape"),
    "mountains": ("snowy mountains", "high mountains", "a mountain landscape", "rocky mountains"),
    "desert": ("a sandy desert", "desert dunes", "sand dunes", "the desert"),
    "islands": ("islands in the sea", "green islands", "an island coast", "islands"),
    "sea": ("the sea", "the ocean", "ocean waves", "waves on the sea"),
    "plain": ("a wide plain", "flat grassland"),
}
WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "clear": ("",),
    "fog": ("in fog", "in thick fog", "in the mist"),
    "snow": ("in falling snow", "while it snows", "in a snowfall"),
    "rain": ("in the rain", "while it rains", "on a rainy day"),
}
CLOTH_WORDS: dict[str, str] = {
    "blue": "blue trousers", "black": "black trousers", "brown": "brown trousers", "grey": "grey trousers",
    "white": "white trousers",
}  # fmt: skip
