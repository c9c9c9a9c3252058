"""Streamlit entry: page settings and navigation, nothing else."""

import streamlit as st

from formcheck.ui import pages

st.set_page_config(page_icon=str(pages.ICON), layout="wide", menu_items={})
every = pages.all_pages()
pages.show(st.navigation([pages.start_page(), *every], position="hidden"), every)
