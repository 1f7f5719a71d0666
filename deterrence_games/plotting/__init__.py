"""Pictures: game trees and maps of equilibria; the progress bar of long work."""
