import base64

from odoo.tests import new_test_user

WORD = "Wheelchair"


def make_pdf(word=WORD):
    """:return: bytes of a valid one-page PDF (letter) that says the word"""
    stream = b"BT /F1 36 Tf 72 700 Td (%s) Tj ET" % word.encode()
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    pdf, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\n"
    return pdf + trailer % rows + b"startxref\n%d\n%%%%EOF" % len(pdf)


class PreviewCase:
    """People, and attachments of each kind. Mixed into the test classes."""

    @classmethod
    def make_people(cls):
        cls.Attachment = cls.env["ir.attachment"]
        cls.Log = cls.env["fusion.pdf.preview.log"]
        cls.pdf = make_pdf()
        cls.owner = new_test_user(cls.env, "pdf_owner", groups="base.group_user")
        cls.other = new_test_user(cls.env, "pdf_other", groups="base.group_user")
        cls.portal = new_test_user(cls.env, "pdf_portal", groups="base.group_portal")
        cls.invoice = cls.attach("invoice.pdf", cls.pdf, "application/pdf")
        cls.private = cls.attach("private.pdf", cls.pdf, "application/pdf", user=cls.owner)

    @classmethod
    def attach(cls, name, content, mimetype=None, user=None):
        """Bound to a partner everybody may read, or private to the user."""
        values = {"name": name, "datas": base64.b64encode(content)}
        if not user:
            partner = cls.env.ref("base.partner_admin")
            values.update(res_model="res.partner", res_id=partner.id)
        attachment = cls.Attachment.with_user(user or cls.env.user).create(values)
        if mimetype is not None:
            attachment.sudo().mimetype = mimetype
        return attachment

    def read_log(self):
        return self.Log.sudo().search([], order="id")
