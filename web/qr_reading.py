"""Reading the QR codes of a PDF as a scanner would: pages as pictures, then decoded."""

import io

DOTS_PER_INCH = 150


def read_qr_codes(pdf: bytes, *, dots_per_inch: int = DOTS_PER_INCH) -> tuple[str, ...]:
    """Return the text of every QR code in the PDF, page by page, each text once."""
    import pypdfium2
    import zxingcpp

    found: dict[str, None] = {}
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        for page in document:
            picture = page.render(scale=dots_per_inch / 72, grayscale=True).to_pil()
            for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.barcode_formats_from_str("QRCode")):
                found[code.text] = None
    finally:
        document.close()
    return tuple(found)
