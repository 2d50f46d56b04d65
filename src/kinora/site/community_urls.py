"""The addresses of comments, posts, reports and moderation."""

from __future__ import annotations

from django.urls import path

from kinora.site.views import comments, community_posts, moderation, reports, trash, word_filters

urlpatterns = [
    path("watch/<str:public_id>/comments", comments.watch_comments, name="watch_comments"),
    path("posts/<str:public_id>/comments", comments.post_comments, name="post_comments"),
    path("c/<slug:handle>/posts", community_posts.channel_posts, name="channel_posts"),
    path("posts/<str:public_id>", community_posts.one_post, name="post"),
    path("posts/<str:public_id>/picture.jpg", community_posts.post_picture, name="post_picture"),
    path("posts/<str:public_id>/<str:verb>", community_posts.steer_post, name="steer_post"),
    path("comments/held", comments.held_comments, name="held_comments"),
    path("comments/<int:comment_id>", comments.one_comment, name="comment"),
    path("comments/<int:comment_id>/replies", comments.replies, name="comment_replies"),
    path("comments/<int:comment_id>/history", comments.history, name="comment_history"),
    path("comments/<int:comment_id>/form", comments.edit_form, name="comment_edit"),
    path("comments/<int:comment_id>/<str:verb>", comments.steer_comment, name="steer_comment"),
    path("settings/community", comments.community_choices, name="community_choices"),
    path("report", reports.report_form, name="report"),
    path("reports", reports.my_reports, name="my_reports"),
    path("appeals", reports.my_decisions, name="appeals"),
    path("appeals/<str:case_id>", reports.one_decision, name="appeal"),
    path("trash", trash.trash, name="trash"),
    path("trash/<str:public_id>/<str:verb>", trash.steer_trash, name="steer_trash"),
    path("moderation", moderation.queue, name="moderation"),
    path("moderation/cases/<str:case_id>", moderation.case, name="moderation_case"),
    path("moderation/cases/<str:case_id>/<str:verb>", moderation.steer_case, name="steer_case"),
    path("moderation/people/<str:username>", moderation.one_person, name="moderation_person"),
    path("moderation/people/<str:username>/<str:verb>", moderation.steer_person, name="steer_person"),
    path("moderation/log", moderation.log, name="moderation_log"),
    path("moderation/log.csv", moderation.log_csv, name="moderation_log_csv"),
    path("moderation/filters", word_filters.word_filters, name="moderation_filters"),
    path("moderation/filters.json", word_filters.export, name="export_filters"),
    path("c/<slug:handle>/filters", word_filters.word_filters, name="channel_filters"),
    path("c/<slug:handle>/filters.json", word_filters.export, name="export_channel_filters"),
]
