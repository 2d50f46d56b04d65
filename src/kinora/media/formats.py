"""The containers a file may be: FFmpeg's demuxers of video and sound, by name.

None of them opens a second file or address: no hls, dash, concat, image2, sdp, tee, lavfi, subfile.
"""

from __future__ import annotations

FORMATS = (
    "mov", "matroska", "webm", "avi", "flv", "live_flv", "mpegts", "mpeg", "ogg", "mp3", "wav", "w64", "flac", "aac",
    "loas", "ac3", "eac3", "dts", "truehd", "gif", "asf", "h264", "hevc", "vvc", "m4v", "mpegvideo", "vc1", "obu",
    "av1", "dirac", "mxf", "aiff", "amr", "amrnb", "amrwb", "ivf", "dv", "caf", "au", "rm", "nut", "wtv", "tta", "wv",
)  # fmt: skip
FORMAT_WHITELIST = ",".join(FORMATS)
ACCEPTED = "MP4, MOV, MKV, WebM, AVI, FLV, MPEG, Ogg, GIF, WMV, MXF, 3GP, MP3, WAV, FLAC, AAC and the like"
