"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from kinora.site.api.api import api
from kinora.site.views import (
    channel,
    create,
    edit_video,
    feeds,
    health,
    home,
    jobs,
    keys,
    lightboxes,
    media,
    my_videos,
    notifications,
    saved,
    search,
    setup,
    tus,
    upload,
    watch,
)

handler400 = "kinora.site.error_pages.bad_request"
handler403 = "kinora.site.error_pages.not_allowed"
handler404 = "kinora.site.error_pages.not_found"
handler500 = "kinora.site.error_pages.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.health, name="health"),
    path("setup", setup.setup, name="setup"),
    path("upload", upload.upload, name="upload"),
    path("uploads/", tus.uploads, name="tus"),
    path("uploads/<str:upload_id>", tus.one_upload, name="tus_upload"),
    path("uploads/<str:upload_id>/details", upload.upload_details, name="upload_details"),
    path("uploads/<str:upload_id>/sidecars", upload.upload_sidecar, name="upload_sidecar"),
    path("uploads/<str:upload_id>/status", upload.upload_status, name="upload_status"),
    path("create", create.create, name="create"),
    path("create/plan", create.plan, name="create_plan"),
    path("create/pictures", create.picture, name="create_picture"),
    path("create/pictures/<str:name>", create.picture_file, name="create_picture_file"),
    path("create/frame", create.frame, name="create_frame"),
    path("create/frames", create.frames, name="create_frames"),
    path("create/takes/<str:take_id>", create.take_card, name="take_card"),
    path("create/takes/<str:take_id>/<str:verb>", create.steer_take, name="steer_take"),
    path("takes/<str:take_id>/<str:file>", create.take_file, name="take_file"),
    path("videos", my_videos.my_videos, name="my_videos"),
    path("videos/<str:public_id>/stages", my_videos.stages, name="stages"),
    path("videos/<str:public_id>/jobs/<int:job_id>/<str:verb>", my_videos.steer_video_job, name="steer_video_job"),
    path("videos/<str:public_id>/edit", edit_video.edit, name="edit_video"),
    path("videos/<str:public_id>/subtitles", edit_video.add_subtitles, name="add_subtitles"),
    path(
        "videos/<str:public_id>/subtitles/<int:track_id>/delete", edit_video.remove_subtitles, name="remove_subtitles"
    ),
    path("videos/<str:public_id>/delete", edit_video.delete, name="delete_video"),
    path("c/<slug:handle>", channel.channel, name="channel"),
    path("channel", channel.my_channel, name="my_channel"),
    path("search", search.search_page, name="search"),
    path("search/results", search.search_results, name="search_results"),
    path("search/filters", search.search_filters, name="search_filters"),
    path("search/picture", search.search_picture, name="search_picture"),
    path("saved", saved.saved_searches, name="saved"),
    path("saved/<str:public_id>", saved.one_search, name="saved_search"),
    path("saved/<str:public_id>/<str:verb>", saved.steer_search, name="steer_saved"),
    path("lightboxes", lightboxes.boxes, name="lightboxes"),
    path("lightboxes/collect", lightboxes.collect_moment, name="collect"),
    path("lightboxes/exports/<str:export_id>", lightboxes.one_export, name="lightbox_export"),
    path("lightboxes/exports/<str:export_id>/file", lightboxes.export_file, name="lightbox_export_file"),
    path("lightboxes/<str:public_id>", lightboxes.one_box, name="lightbox"),
    path("lightboxes/<str:public_id>/export/<str:file_format>", lightboxes.export_box, name="export_lightbox"),
    path("lightboxes/<str:public_id>/items/<int:item_id>/<str:verb>", lightboxes.steer_item, name="steer_item"),
    path("lightboxes/<str:public_id>/<str:verb>", lightboxes.steer_box, name="steer_lightbox"),
    path("l/<str:token>", lightboxes.shared, name="shared_lightbox"),
    path("notifications", notifications.notifications, name="notifications"),
    path("notifications/bell", notifications.bell, name="bell"),
    path("feeds/saved/<str:token>.atom", feeds.saved_feed, name="saved_feed"),
    path("watch/<str:public_id>", watch.watch_page, name="watch"),
    path("watch/<str:public_id>/status", watch.watch_status, name="watch_status"),
    path("watch/<str:public_id>/transcript", watch.watch_transcript, name="watch_transcript"),
    path("watch/<str:public_id>/screen-text", watch.watch_screen_text, name="watch_screen_text"),
    path("watch/<str:public_id>/look-alikes", watch.watch_look_alikes, name="watch_look_alikes"),
    path("watch/<str:public_id>/progress", watch.watch_progress, name="watch_progress"),
    path("media/<str:public_id>/<path:file>", media.media_file, name="media"),
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/<int:job_id>/<str:verb>", jobs.steer, name="steer_job"),
    path("settings/keys", keys.keys, name="keys"),
    path("settings/keys/<int:key_id>/delete", keys.remove_key, name="remove_key"),
    path("api/v1/", api.urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
