"""One file a kind of job: what is read or made from a video, and the rows and files it leaves."""
