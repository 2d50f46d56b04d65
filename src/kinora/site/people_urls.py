"""The addresses of channels, teams and accounts."""

from __future__ import annotations

from django.urls import path

from kinora.site.views import channel_edit, team

urlpatterns = [
    path("channels", channel_edit.channels, name="channels"),
    path("channels/choose", channel_edit.choose, name="choose_channel"),
    path("c/<slug:handle>/edit", channel_edit.edit_channel, name="edit_channel"),
    path("c/<slug:handle>/delete", channel_edit.delete_channel, name="delete_channel"),
    path("c/<slug:handle>/change/<str:kind>", channel_edit.change_picture, name="change_channel_picture"),
    path("c/<slug:handle>/picture/<str:kind>.jpg", channel_edit.picture, name="channel_picture"),
    path("c/<slug:handle>/team", team.team, name="team"),
    path("c/<slug:handle>/team/<int:member_id>/<str:verb>", team.steer_member, name="steer_member"),
    path("join/<str:token>", team.join, name="join"),
]
