"""Streamlit entry: page settings and navigation, nothing else."""

import streamlit as st

from formcheck.ui import pages

st.set_page_config(page_title="formcheck", page_icon=str(pages.ICON), layout="wide", menu_items={})
pages.show(st.navigation(pages.all_pages(), position="hidden"))
