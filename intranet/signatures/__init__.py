"""Signing the participation contract: three ways, one fixed document, a sealed file with its proof."""
