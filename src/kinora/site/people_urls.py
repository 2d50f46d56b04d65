"""The addresses of channels, teams and accounts."""

from __future__ import annotations

from django.urls import path

from kinora.site.views import account, channel_edit, people, team

urlpatterns = [
    path("channels", channel_edit.channels, name="channels"),
    path("channels/choose", channel_edit.choose, name="choose_channel"),
    path("c/<slug:handle>/edit", channel_edit.edit_channel, name="edit_channel"),
    path("c/<slug:handle>/delete", channel_edit.delete_channel, name="delete_channel"),
    path("c/<slug:handle>/change/<str:kind>", channel_edit.change_picture, name="change_channel_picture"),
    path("c/<slug:handle>/picture/<str:kind>.jpg", channel_edit.picture, name="channel_picture"),
    path("c/<slug:handle>/team", team.team, name="team"),
    path("c/<slug:handle>/team/<int:member_id>/<str:verb>", team.steer_member, name="steer_member"),
    path("people", people.people, name="people"),
    path("people/<str:username>/<str:verb>", people.steer_account, name="steer_account"),
    path("people/invitations/<int:invitation_id>/take-back", people.take_back, name="take_back_invitation"),
    path("invited/<str:token>", people.invited, name="invited"),
    path("account", account.account, name="account"),
    path("account/sessions/<int:session_id>/end", account.end_session, name="end_session"),
    path("account/delete", account.delete, name="delete_account"),
    path("account/exports", account.order_export, name="order_export"),
    path("account/exports/<str:public_id>", account.fetch_export, name="fetch_export"),
    path("account/imports", account.bring_in, name="import_account"),
    path("account/parcels", account.parcel_list, name="parcels"),
    path("join/<str:token>", team.join, name="join"),
]
